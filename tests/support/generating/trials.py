"""Write `test` blocks: every line of them, about the messages and flows of a program."""

from __future__ import annotations

from collections.abc import Sequence

from cadenza.check.vocabulary import REASONS
from tests.support.generating.dice import Dice
from tests.support.generating.steps import Lines, indented
from tests.support.generating.words import CURRENCIES, EVENTS, LITERALS, OUTSIDE, SHELF, TEXTS, World, fields_of

_PEOPLE = ("anna", "ben")
_OF_PEOPLE = ("country", "first_name", "birthday", "consent_email", "tier", "age", "nick")
_COLUMNS = {"products": ("sku", "title", "price", "stock"), "order": ("customer", "total", "at"), "view": ("customer", "sku")}
_CHANNELS = ("email", "sms", "push", "whatsapp", "messenger", "onsite")
_REASONS = tuple(REASONS)
_MOMENTS = ("2026-01-10 09:00", "2026-02-28", "2026-03-29 02:30", "2026-10-25 02:30")


class Trials:
    def __init__(self, dice: Dice, world: World, flows: Sequence[str], limits: Sequence[str]) -> None:
        self.dice = dice
        self.world = world
        self.flows = flows
        self.reasons = (*_REASONS, *limits)
        self.people: list[str] = []
        self.columns: dict[str, str] = {}

    def trial(self, number: int) -> Lines:
        """Write a test; a column of its rows may stand for any value of its type."""
        dice = self.dice
        lines: Lines = [line for name in _PEOPLE[: dice.pick((1, 1, 2))] for line in self._person(name)]
        lines += ['given data "history"'] if dice.chance(25) else []
        for _ in range(dice.pick((0, 0, 1))):
            lines += self._given()
        lines += self._rows() if dice.chance(30) else []
        moments = dice.some(_MOMENTS, 2)
        for place in range(dice.between(1, 3)):
            lines.append(f"at {moments.pop(0)}" if moments and (place == 0 or dice.chance(40)) else self._later())
            lines += indented([self._does() for _ in range(dice.between(1, 3))])
            lines += indented([f"expect {self._expected()}" for _ in range(dice.between(1, 3))])
        lines += ["after 1 day", "  expect nothing else"]
        doc = ['"What is to come of it."'] if dice.chance(30) else []
        return [f'test "number {number}"', *indented([*doc, *lines])]

    def _later(self) -> str:
        return self.dice.pick(("after 1 day", "after 3 months", "after 90 minutes", "at 09:30", "at 23:59"))

    def _person(self, name: str) -> Lines:
        self.people.append(name)
        fields = self.world.fields
        known = [one for one in _OF_PEOPLE if one in fields]
        values = [f"{one} = {self._value(fields[one], one)}" for one in self.dice.some(known, 3)]
        return [f"customer {name}", *indented(values)]

    def _given(self) -> Lines:
        kind = self.dice.pick(tuple(_COLUMNS))
        known = _COLUMNS[kind]
        fields = {**fields_of(("product",) if kind == "products" else (kind,)), "customer": "text"}
        rows = [", ".join(self._value(fields[one], one) for one in known) for _ in range(self.dice.between(1, 2))]
        return [f"given {kind}", *indented([", ".join(known), *rows])]

    def _rows(self) -> Lines:
        columns = {"amount": "money", "word": "text"}
        rows = [", ".join(self._value(type_, "tag") for type_ in columns.values()) for _ in range(2)]
        self.columns = columns
        return ["for each row", *indented([", ".join(self.columns), *rows])]

    def _value(self, type_: str, name: str) -> str:
        named = [column for column, one in self.columns.items() if one == type_]
        if named and self.dice.chance(30):
            return self.dice.pick(named)
        match type_:
            case "text":
                return f'"{self.dice.pick(_PEOPLE if name == "customer" else TEXTS.get(name, ("x", "y")))}"'
            case "money":
                return f"{self.dice.pick(('5', '20'))}{'.5' if CURRENCIES[self.world.currency] else ''} {self.world.currency}"
            case "lines":
                return self._items()
            case "yearly date":
                return "2026-03-29"
            case _:
                return self.dice.pick(LITERALS[type_])

    # -- What happens -------------------------------------------------------------------------------------------------

    def _does(self) -> str:
        kind = "scan" if self.world.scans and self.dice.chance(20) else self.dice.pick(tuple(OUTSIDE))
        main = EVENTS[kind].main
        types = {name: type_ for name, type_ in fields_of((kind,)).items() if name not in ("at", main)}
        values = [f"{name} = {self._value(types[name], name)}" for name in self.dice.some(tuple(types), 3)]
        text = f" {self._value('text', main)}" if main is not None and self.dice.chance(50) else ""
        return f"{self.dice.pick(self.people)} {kind}{text} {', '.join(values)}".rstrip()

    def _items(self) -> str:
        several = [f'{self.dice.pick(("", "", "2 of ", "5 of "))}"{sku}"' for sku in self.dice.some(SHELF, 3)]
        return f"[{', '.join(several)}]"

    # -- What is to come of it ----------------------------------------------------------------------------------------

    def _expected(self) -> str:
        return self.dice.made(self._message, self._message, self._none, self._condition, self._standing)

    def _what(self) -> str:
        sent, coupons = sorted(self.world.sent), sorted(self.world.coupons)
        named = [f'"{one}"' for one in sent] + [f'coupon "{one}"' for one in coupons]
        named += [f'{channel} "{one}"' for channel in (*_CHANNELS, "message") for one in sent[:1]]
        return self.dice.pick((*named, *_CHANNELS, "message"))

    def _message(self) -> str:
        skus = ", ".join(f'"{one}"' for one in self.dice.some(SHELF, 3) or SHELF[:1])
        seen = self.dice.pick(("", ' with subject "Hello"', f" shows {skus}"))
        return f"{self._what()} to {self.dice.pick(self.people)}{seen}"

    def _none(self) -> str:
        ever = self.dice.maybe(50, lambda: " ever")
        return f"no {self._what()} to {self.dice.pick(self.people)}{ever}{self._because()}"

    def _because(self) -> str:
        return self.dice.maybe(50, lambda: f" because of {self.dice.pick(self.reasons)}")

    def _standing(self) -> str:
        standing = self.dice.pick(("inside", "not inside", "left", "finished"))
        return f"{self.dice.pick(self.people)} {standing} {self.dice.pick(self.flows)}{self._because()}"

    def _condition(self) -> str:
        who = self.dice.pick(self.people)
        said = self.dice.pick((
            f'{who}.tags contains "t1"', f"count({who}.sent) = {self.dice.below(3)}", f"{who}.score >= 2", f"{who}.cart is empty",
            f"any({who}.order where total >= {self._value('money', 'total')})", f'{who}.subscriptions does not contain "news"',
        ))  # fmt: skip
        return f"{said}{self._because()}"
