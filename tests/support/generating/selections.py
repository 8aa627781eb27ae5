"""Write selections and what messages show of them: every source, ranking and line."""

from __future__ import annotations

from tests.support.generating.dice import Dice
from tests.support.generating.expressions import Expressions
from tests.support.generating.words import TEXTS, Listed, Scope, World

Lines = list[str]
_DAYS = ("1 day", "5 days", "2 weeks", "1 month")
_OWN_FIELDS = {"cost": "money", "full_price": "money", "accessories": "list of text"}
_PARAMETERS = {"basket": "basket", "period": "period = 5 days", "many": "many = 2", "mark": 'mark = "s2"', "rest": "rest = best"}
_TYPES = {"basket": "lines", "period": "duration", "many": "count", "mark": "text", "rest": "selection"}


class Selections:
    """The selections of a program, each of which may name those before it."""

    def __init__(self, dice: Dice, world: World) -> None:
        self.dice = dice
        self.world = world
        self.write = Expressions(dice, world)

    # -- Declared -----------------------------------------------------------------------------------------------------

    def declared(self) -> list[Lines]:
        names = ("best", "wanted", "also", "more")[: self.dice.pick((0, 0, 0, 0, 1, 2, 4))]
        if not names:
            return []
        fields = [name for name in _OWN_FIELDS if self.dice.chance(50)]
        self.world.product_fields = tuple(fields)
        return [*([f"field product.{name}: {_OWN_FIELDS[name]}"] for name in fields), *map(self._selection, names)]

    def _selection(self, name: str) -> Lines:
        may = ["basket", *(one for one in _PARAMETERS if one != "rest" or "best" in self.world.selections)]
        parameter = self.dice.pick(may) if self.dice.chance(50) and name != "best" else None
        head = f"{name}({_PARAMETERS[parameter]})" if parameter is not None else name
        scope = Scope(parameters={} if parameter is None else {parameter: _TYPES[parameter]}, still=True)
        sources = [self.source(scope) for _ in range(self.dice.pick((1, 1, 1, 2)))]
        top = self.dice.pick((1, 2, 3, 12)) if any(endless for _, endless in sources) or self.dice.chance(50) else None
        lines = [f"from {' and '.join(text for text, _ in sources)}"]
        lines += [f"where {self._condition(scope)}" for _ in range(self.dice.pick((0, 0, 1, 1, 2)))]
        lines += [f"except {self.stream(scope, where=True)}" for _ in range(self.dice.pick((0, 0, 0, 1, 2)))]
        lines += [self._rank_by(scope, lines[0])] if self.dice.chance(60) else []
        if self.dice.chance(25):
            most = "many" if parameter == "many" else self.dice.pick((1, 2))
            lines.append(f"at most {most} per {self.dice.pick(('category', 'manufacturer', 'title', 'price'))}")
        if top is not None and parameter == "many" and self.dice.chance(60):
            top = 2
            lines.append("top many")
        elif top is not None:
            lines.append(f"top {top}")
        if self.dice.chance(30):
            rest, endless = self.source(scope)
            lines += [f"else {rest}"] if top is not None or not endless else []
        lines = sorted(lines, key=lambda line: self.dice.below(100)) if self.dice.chance(20) else lines
        doc = ['"What is shown."'] if self.dice.chance(25) else []
        self.world.selections[name] = Listed(parameter, top)
        return [f"selection {head}", *(f"  {line}" for line in (*doc, *lines))]

    def _condition(self, scope: Scope) -> str:
        scope = scope.of("product")
        own = ["price >= cost"] * ("cost" in self.world.product_fields)
        own += ["full_price is known", "price < full_price * 0.9"] * ("full_price" in self.world.product_fields)
        own += [f'accessories contains "{self.dice.pick(TEXTS["sku"])}"'] * ("accessories" in self.world.product_fields)
        own += ["category not in basket.category", "sku in basket.sku"] * ("basket" in scope.parameters)
        own += ["sku != mark", "mark = category or sku = mark"] * ("mark" in scope.parameters)
        own += ["time since released <= period"] * ("period" in scope.parameters)
        others = _without_basket(scope)
        return self.dice.made(
            lambda: self.dice.pick(("in_stock", "in_stock", "due", "not in_stock or stock is not known", "in_stock and due")),
            lambda: self.dice.pick(("category = last(view).category", "category = most frequent(order.items.category)")),
            lambda: f"{self.dice.pick(('manufacturer', 'category'))} {self.dice.pick(('in', 'not in'))} view.manufacturer",
            lambda: f"price {self.dice.pick(('>', '<='))} average(order.items.price)",
            lambda: f"time since released {self.dice.pick(('<=', '>'))} {self.dice.pick(_DAYS)}",
            lambda: self.dice.pick(own) if own else "stock > 2",
            lambda: self.write.condition(others, 2),
            lambda: self.write.condition(others, 1),
        )

    def _rank_by(self, scope: Scope, sources: str) -> str:
        window = " in the last period" if "period" in scope.parameters else f" in the last {self.dice.pick(_DAYS)}"
        rankings = ["newest", "lowest price", "highest price", "recently viewed", "recently bought"]
        rankings += [f"{one}{end}" for one in ("units sold", "revenue") for end in ("", window)]
        rankings += ["margin"] if "cost" in self.world.product_fields else []
        rankings += ["discount"] if "full_price" in self.world.product_fields else []
        confidence = ["confidence"] * ("together" in sources and self.dice.chance(70))
        return f"rank by {', '.join([*confidence, *self.dice.some(rankings, 3 - len(confidence))] or ['newest'])}"

    # -- Where products come from -------------------------------------------------------------------------------------

    def source(self, scope: Scope) -> tuple[str, bool]:
        """Give a source, and whether it has no end."""
        dice = self.dice
        texts = [name for name, type_ in scope.parameters.items() if type_ == "text"]
        listed = ", ".join([*(f'"{one}"' for one in dice.some(TEXTS["sku"], 3) or TEXTS["sku"][:1]), *texts])
        sources = [("catalog", True), (f"products {listed}", False), (f"bought together with {self.stream(scope)}", True)]
        sources += [("bought by similar customers", True), (f"upgrades of {self.stream(scope)}", True)]
        sources += [(self.stream(scope), False)] * 2
        sources += [(f"accessories of {self.stream(scope)}", False)] if "accessories" in self.world.product_fields else []
        sources += [(self.named(scope), False)] * 2 if self.world.selections else []
        sources += [("rest", False)] * 4 if scope.parameters.get("rest") == "selection" else []
        return dice.pick(sources)

    def named(self, scope: Scope) -> str:
        """Name a selection, with what it takes."""
        name = self.dice.pick(list(self.world.selections))
        match self.world.selections[name].parameter:
            case "basket":
                return f"{name}({self._basket(scope)})"
            case "period" if self.dice.chance(50):
                return f"{name}({self.dice.pick(('', 'period = '))}{self.dice.pick(_DAYS)})"
            case "many" if self.dice.chance(50):
                return f"{name}({self.dice.pick((1, 2, 3))})"
            case "mark" if self.dice.chance(50):
                return f'{name}("{self.dice.pick(TEXTS["sku"])}")'
            case "rest" if self.dice.chance(50):
                known = list(self.world.selections)
                return f"{name}({self.dice.pick([one for one in known[: known.index(name)] if self._is_plain(one)])})"
            case _:
                return name

    def _is_plain(self, name: str) -> bool:
        return self.world.selections[name].parameter is None

    def _basket(self, scope: Scope) -> str:
        lists = ["customer.cart.items", "last(order).items", *self.write.names("lines", scope)]
        windowed = [f"order.items in the last {self.dice.pick(_DAYS)}", "order.items since 2026-03-20"]
        return self.dice.pick((*lists, *windowed))

    def stream(self, scope: Scope, *, where: bool = False) -> str:
        """Write a stream of products."""
        kinds = ("order.items", "order.items.sku", "cart.items", "order.items or cart.items", "view", "view or review")
        events = self.dice.pick(kinds)
        length = "period" if "period" in scope.parameters and self.dice.chance(50) else self.dice.pick(_DAYS)
        windowed = f"{events}{self.dice.pick(('', f' in the last {length}', ' since 2026-03-20', ' before 2026-04-10'))}"
        if where and self.dice.chance(30):
            element = {"view": ("view",), "view or review": ("view", "review")}.get(events, ("line",))
            return f"{windowed} where {self.write.condition(_without_basket(scope).of(*element), 1)}"
        lists = ["customer.cart.items", "last(order).items", *self.write.names("lines", scope)]
        return self.dice.pick((windowed, windowed, self.dice.pick(lists)))

    # -- Shown --------------------------------------------------------------------------------------------------------

    def shown(self, scope: Scope, *, chance: int = 35) -> Lines:
        """Write what a message shows, if anything."""
        return [self._show(scope) for _ in range(self.dice.pick((1, 1, 2)))] if self.dice.chance(chance) else []

    def _show(self, scope: Scope) -> str:
        named = self.world.selections and self.dice.chance(60)
        text, endless = (self.named(scope), False) if named else self.source(scope)
        known = self.world.selections.get(text.partition("(")[0], Listed(None, None))
        top: int | str | None = self.dice.pick((1, 2, 3)) if endless or self.dice.chance(40) else None
        most = min([one for one in (top, known.top) if isinstance(one, int)], default=3)
        least = 1 if known.parameter == "many" else self.dice.between(1, min(most, 3))
        counts = [one for one, type_ in scope.parameters.items() if type_ == "count"]
        if counts and self.dice.chance(40):
            top, least = counts[0], 1
        comma = self.dice.maybe(50, lambda: ",")
        shortage = f" at least {least}{comma} else {self.dice.pick(('skip', 'without'))}" if self.dice.chance(50) else ""
        only_if = self.dice.maybe(20, lambda: self.only_if(scope))
        return f"show {text}{f' top {top}' if top is not None else ''}{shortage}{only_if}"

    def only_if(self, scope: Scope) -> str:
        return f" if {self.write.condition(scope, 1)}"


def _without_basket(scope: Scope) -> Scope:
    """Leave out what may be handed over as a list or as a stream: few things can be said of both."""
    return scope._replace(parameters={name: type_ for name, type_ in scope.parameters.items() if name != "basket"})
