"""Write flows: every header, and who enters."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.generating.dice import Dice
from tests.support.generating.expressions import Expressions
from tests.support.generating.steps import Lines, Steps, indented, outside_kinds
from tests.support.generating.words import FROM_FLOWS, SELDOM, Scope, World

_WITHIN = ("15 minutes", "1 hour", "12 hours", "1 day", "2 days", "5 days")
PARAMETERS = {
    "lasts": ("duration", ("2 days", "1 hour")),
    "mail": ("text", ('"m1"', '"m2"')),
    "given": ("offer", ("20% off", "free shipping")),
    "often": ("count", ("1", "2")),
}


class FlowMaker:
    def __init__(self, dice: Dice, world: World, limit: str) -> None:
        self.dice = dice
        self.world = world
        self.write = Expressions(dice, world)
        self.limit = limit
        """A limit of the flow, or nothing."""

    def of_table(self, name: str) -> list[Lines]:
        """Write a table, and a flow that stands once for each of its rows."""
        columns = ["lasts", *self.dice.some(("mail", "given", "often"), 3)]
        rows = [", ".join(self.dice.pick(PARAMETERS[one][1]) for one in columns) for _ in range(self.dice.between(1, 2))]
        head, *lines = self.flow(name, None, enters=True, columns=columns)
        return [["table pairs", *indented([", ".join(columns), *rows])], [head, *indented(["for each row of pairs"]), *lines]]

    def flow(
        self,
        name: str,
        starts: str | None,
        *,
        enters: bool,
        columns: Sequence[str] = (),
        parameters: Sequence[str] | None = None,
        bare: bool = False,
    ) -> Lines:
        """Write a flow that may have to `start` another, which nobody enters by itself; `columns` have values in its rows.

        The first of its parameters has no default where it is `bare`.
        """
        if parameters is None:
            parameters = self.dice.some(tuple(PARAMETERS), 2) if self.dice.chance(30) and not columns else []
        bound = {one: PARAMETERS[one][0] for one in (*parameters, *columns)}
        shown = ", ".join(
            one if bare and one == parameters[0] else f"{one} = {self.dice.pick(PARAMETERS[one][1])}" for one in parameters
        )
        kinds: list[str] = []
        lines = self._entries(Scope(parameters=bound), kinds) if enters else []
        # Only `on` lines give a trigger with fields; a flow that is started has that of its starter.
        scope = Scope(trigger=tuple(dict.fromkeys(kinds)), running=True, parameters=bound)
        lines += self._headers(scope)
        steps = Steps(self.dice, self.world, scope)
        lines += steps.steps(2, 4)
        if starts is not None:
            lines.append(f"start {starts}")
        doc = ['"What it is for."'] if self.dice.chance(25) and not columns else []
        return [f"flow {name}{f'({shown})' if shown else ''}", *indented([*doc, *lines])]

    # -- Who enters ---------------------------------------------------------------------------------------------------

    def _entries(self, scope: Scope, kinds: list[str]) -> Lines:
        makers = {self._on: 10, self._sequence: 4, self._when: 7, self._calendar: 4}
        return [self.dice.weighted(makers)(scope, kinds) for _ in range(self.dice.pick((1, 1, 1, 2)))]

    def _on(self, scope: Scope, kinds: list[str]) -> str:
        found = outside_kinds(self.dice, 2)
        if self.world.scans and self.world.seldom.chance(30):
            found = tuple(self.world.seldom.some(SELDOM, 2)) or found
        elif self.dice.chance(12):
            found = (self.dice.weighted(FROM_FLOWS),)
        elif self.world.aliases and self.dice.chance(15):
            alias = self.dice.pick(list(self.world.aliases))
            kinds += self.world.aliases[alias]
            narrowed = self.write.condition(scope.of(*self.world.aliases[alias]), 1)
            return f"on {alias}{self.dice.maybe(30, lambda: f' where {narrowed}')}"
        kinds += found
        return f"on {self.write.events(scope, found, where=20)}"

    def _sequence(self, scope: Scope, kinds: list[str]) -> str:
        found = outside_kinds(self.dice, 1)
        kinds += found
        line = f"on {self.write.events(scope, found, where=15)}"
        after = scope._replace(trigger=found)
        for _ in range(self.dice.pick((1, 1, 2))):
            word = self.dice.pick(("then", "then no"))
            awaited = self.write.events(after, outside_kinds(self.dice, 2), where=20)
            line += f" {word} {awaited} within {self.dice.pick(_WITHIN)}"
        return line

    def _when(self, scope: Scope, kinds: list[str]) -> str:
        condition = self.write.condition(scope, 2)
        comma = self.dice.maybe(60, lambda: ",")
        return f"when {condition}{self.dice.maybe(30, lambda: f'{comma} including those already')}"

    def _calendar(self, scope: Scope, kinds: list[str]) -> str:
        clock = self.dice.pick(("", " at 02:30", " at 09:00", " at 23:45"))
        if "best_time" in self.world.fields and self.dice.chance(15):
            clock = " at customer.best_time"
        dates = ["customer.birthday", *[f"customer.{one}" for one in ("renewal", "name_day") if one in self.world.fields]]
        days = [*dates, "2026-03-29", "2026-11-01"]
        return self.dice.made(
            lambda: f"every year on {self.dice.pick([*dates, '29 march', '1 november', '29 february'])}{clock}",
            lambda: f"every month on day {self.dice.pick((1, 5, 29, 31))}{clock}",
            lambda: f"every {self.dice.pick(('sunday', 'monday, thursday', 'friday'))}{clock}",
            lambda: f"every day{clock}",
            lambda: f"{self.dice.pick(('1 day', '1 week'))} {self.dice.pick(('before', 'after'))} {self.dice.pick(days)}{clock}",
            lambda: f"{self.dice.pick(('6 hours', '2 days'))} after {self.dice.pick(('last(order)', 'first(cart).at'))}",
            lambda: f"at {self.dice.pick(('2026-03-29 02:30', '2026-04-05 01:45', '2026-11-01 01:30'))}",
            lambda: "at customer.next_visit" if "next_visit" in self.world.fields else "at 2026-03-30",
        )

    # -- Headers ------------------------------------------------------------------------------------------------------

    def _headers(self, scope: Scope) -> Lines:
        """Write headers in any order, each with its own chance."""
        before = scope._replace(running=False)
        often = "again" if self.world.starts else "every time"
        reentry = ("once", "again", f"again after {self.dice.pick(_WITHIN)}", "again, starting over", often, often)
        headers = [
            self.dice.maybe(20, lambda: f"for {self.write.condition(before, 2)}"),
            self.dice.maybe(12, lambda: f"while {self.write.condition(scope, 2)}"),
            self.dice.maybe(50, lambda: f"enter {self.dice.pick(reentry)}"),
            self.dice.maybe(25, lambda: f"leave on {self.write.events(scope, outside_kinds(self.dice, 2))}"),
            self.dice.maybe(8, lambda: f"leave on {self.write.events(scope, (self.write.kind(effects=60),))}"),
            self.dice.maybe(12, lambda: f"leave when {self.write.condition(scope, 2)}"),
            self.dice.maybe(
                20, lambda: f"goal {self.write.events(scope, outside_kinds(self.dice, 2))} within {self.dice.pick(_WITHIN)}"
            ),
            self.dice.maybe(30, lambda: f"priority {self.dice.pick((1, 2, 5))}"),
            self.dice.maybe(30, lambda: f"group {self.dice.pick(('g', 'g', 'h'))}"),
            self.dice.maybe(10, lambda: f"active from 2026-{self.dice.pick(('01-01', '03-20', '10-20'))} to 2026-12-31"),
            self.limit,
            self.dice.maybe(6, lambda: "holdout 30%"),
        ]
        found = [line for line in headers if line]
        return sorted(found, key=lambda line: self.dice.below(100))
