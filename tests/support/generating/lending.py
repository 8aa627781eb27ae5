"""Make the file that a program uses: a flow with parameters, and what it shares."""

from __future__ import annotations

from typing import NamedTuple

from tests.support.generating.dice import Dice
from tests.support.generating.flows import PARAMETERS, FlowMaker
from tests.support.generating.shops import Limit, limit
from tests.support.generating.steps import Lines
from tests.support.generating.words import Listed, World

_SHARED = {
    "steady": ["segment steady(period = 5 days) where count(order in the last period) >= 2"],
    "spent": ["value spent = sum(order.total in the last 1 month)"],
    "shelf": ["selection shelf", "  from catalog", "  where in_stock", "  rank by newest", "  top 3"],
    "seen": ["event seen = view or visit"],
}


class Lent(NamedTuple):
    uses: list[Lines]
    files: dict[str, str]
    limits: tuple[Limit, ...]


def lent(seed: int, world: World) -> Lent:
    """Make the file, if the program is one of those that have it, and tell the world what comes from there."""
    dice = Dice("lent", seed)
    if not dice.chance(12):
        return Lent([], {}, ())
    own = World(f"lent {seed}", world.currency, world.fields, (), starts=False)
    line, fact = limit(dice, "lender") if dice.chance(25) else ("", None)
    parameters = dice.some(tuple(PARAMETERS), 3)
    flow = FlowMaker(dice, own, line).flow("lender", None, enters=True, parameters=parameters, bare=dice.chance(50))
    head, shared = flow[0], dice.some(tuple(_SHARED), 3)
    files = {"lent": "\n\n".join("\n".join(part) for part in [*(_SHARED[one] for one in shared), flow]) + "\n"}
    bare = [one for one in parameters if f"{one} =" not in head]
    uses, names = _uses(dice, shared, parameters, bare)
    for name in shared:
        match name:
            case "steady":
                world.segments["steady"] = "period"
            case "spent":
                world.values["spent"] = "money"
            case "shelf":
                world.selections["shelf"] = Listed(None, 3)
            case "seen":
                world.aliases["seen"] = ("view", "visit")
    world.sent |= own.sent
    world.coupons |= own.coupons
    return Lent([uses], files, tuple(fact._replace(flow=name) for name in names if fact is not None))


def _uses(dice: Dice, shared: list[str], parameters: list[str], bare: list[str]) -> tuple[Lines, list[str]]:
    """Write the `use` lines, and give the names under which the flow runs."""

    def bindings() -> str:
        given = [one for one in parameters if one in bare or dice.chance(50)]
        return f" with {', '.join(f'{one} = {dice.pick(PARAMETERS[one][1])}' for one in given)}" if given else ""

    if dice.chance(40):
        lines = [f"use lent (lender) as {name}{bindings()}" for name in ("once_lent", "lent_again")[: dice.between(1, 2)]]
        brought = [f"use lent ({', '.join(shared)})"] if shared else []
        return [*brought, *lines], [line.split()[4] for line in lines]
    if dice.chance(50):
        return [f"use lent as borrowed{bindings()}"], ["borrowed"]
    named = "" if dice.chance(60) else f" ({', '.join([*shared, 'lender'])})"
    return [f"use lent{named}{bindings()}"], ["lender"]
