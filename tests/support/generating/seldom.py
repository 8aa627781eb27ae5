"""Write what few programs ask: how a customer stands among all, and what a table says; drawn from a stream of its own."""

from __future__ import annotations

from tests.support.generating.dice import Dice
from tests.support.generating.words import CURRENCIES, OUTSIDE, TEXTS, Scope, World

_OF_DATA = tuple(kind for kind in OUTSIDE if kind not in ("subscribe", "unsubscribe"))
_CATEGORIES = TEXTS["category"]
_WINDOWS = ("", "", " in the last 5 days", " in the last 1 month", " since 2026-03-20", " before 2026-04-10")
_CELLS = {
    "thing": ("text", ('"s1"', '"s2"', '"wine"', '"t1"')),
    "size": ("number", ("1", "2", "10", "50%")),
    "gap": ("duration", ("1 day", "12 hours", "2 days", "1 month")),
    "due_on": ("date", ("2026-03-29", "2026-10-25")),
}


def value(type_: str, scope: Scope, world: World) -> str | None:
    """Give a value of this type that is looked up or compared, if the dice say so and the program has what it takes."""
    dice = world.seldom
    columns = [name for name, one in world.table.items() if one == type_]
    if columns and dice.chance(12):
        return _looked_up(dice, dice.pick(columns), scope, world)
    if type_ == "number" and world.table and dice.chance(3):
        return f"count(known{_row_where(dice, scope, world)})"
    if type_ == "number" and world.among and dice.chance(20):
        return similarity(dice, world) if world.members and dice.chance(40) else percentile(dice, world)
    return None


def condition(scope: Scope, world: World) -> str | None:
    dice = world.seldom
    if world.among and dice.chance(6):
        asked = similarity(dice, world) if world.members and dice.chance(40) else percentile(dice, world)
        return f"{asked} {dice.pick(('>=', '<', '>', '='))} {dice.pick(('0', '20%', '50%', '0.75'))}"
    if world.table and dice.chance(6):
        return f"any(known{_row_where(dice, scope, world)})"
    return None


# -- Among all --------------------------------------------------------------------------------------------------------


def percentile(dice: Dice, world: World, depth: int = 1) -> str:
    return f"percentile({of_data(dice, world, depth)})"


def similarity(dice: Dice, world: World) -> str:
    return f"similarity({dice.pick(world.members)})"


def of_data(dice: Dice, world: World, depth: int = 1) -> str:
    """Write a value of the data alone, which no flow changes."""
    return dice.made(
        lambda: f"count({stream(dice, world)})",
        lambda: f"sum(order.total{dice.pick(_WINDOWS)})",
        lambda: f"average(order.items.quantity{dice.pick(_WINDOWS)})",
        lambda: f'sum(order.items.price where category = "{dice.pick(_CATEGORIES)}")',
        lambda: f"time since last({stream(dice, world)})",
        lambda: "time until expected next(order)",
        lambda: "time since customer.created",
        lambda: "customer.created",
        lambda: "customer.cart.total",
        lambda: "median gap(visit)",
        lambda: "last(order).at.date",
        lambda: "sum(order.total) / count(order)",
        lambda: percentile(dice, world, depth - 1) if depth > 0 else "count(view)",
    )


def stream(dice: Dice, world: World) -> str:
    kind = dice.pick(_OF_DATA)
    where = f" where total >= {dice.pick((1, 10))} {world.currency}" if kind == "order" and dice.chance(30) else ""
    return f"{kind}{dice.pick(_WINDOWS)}{where}"


def members(dice: Dice, world: World, name: str) -> list[str]:
    """Write a segment that is a question about the data alone."""
    asked = dice.made(
        lambda: f"count({stream(dice, world)}) >= {dice.pick((1, 1, 2))}",
        lambda: f"any({stream(dice, world)})",
        lambda: f"time since last(order) < {dice.pick(('2 days', '1 month'))}",
        lambda: f"{percentile(dice, world)} >= {dice.pick(('20%', '50%'))}",
        lambda: "today >= 2026-03-29",
    )
    return [f"segment {name} where {asked}"]


# -- Tables -----------------------------------------------------------------------------------------------------------


def table(dice: Dice, world: World) -> list[str]:
    """Write a table to look things up in."""
    columns = ["thing", *dice.some(("size", "gap", "due_on"), 3), "worth"]
    cents = ".5" if CURRENCIES[world.currency] else ""
    cells = {**_CELLS, "worth": ("money", (f"5 {world.currency}", f"20{cents} {world.currency}"))}
    rows = [", ".join(dice.pick(cells[one][1]) for one in columns) for _ in range(dice.between(1, 3))]
    world.table = {one: cells[one][0] for one in columns}
    doc = ['"What goes with what."'] if dice.chance(40) else []
    return ["table known", *(f"  {line}" for line in (*doc, ", ".join(columns), *rows))]


def _looked_up(dice: Dice, column: str, scope: Scope, world: World) -> str:
    function = dice.pick(("first", "first", "last"))
    where = _row_where(dice, scope, world)
    return f"{function}(known.{column}{where})" if dice.chance(30) else f"{function}(known{where}).{column}"


def _row_where(dice: Dice, scope: Scope, world: World) -> str:
    """Pick rows by what is known of the customer, of the trigger, or of the event or product that is looked at."""
    texts = ["customer.first_name", "customer.language", "last(order.items.category)", '"wine"']
    texts += [name for name in ("sku", "category") if name in scope.fields]
    return dice.pick((
        "",
        f" where thing = {dice.pick(texts)}",
        f" where thing in customer.cart.items.sku or worth > {dice.pick((1, 10))} {world.currency}",
        f" where worth >= customer.cart.total and thing != {dice.pick(texts)}",
        ' where customer.tags contains thing or thing starts with "s"',
    ))  # fmt: skip
