"""Turn `grammar/flow.lark` into LALR tables: Lark makes them, once, when the package is built; the parser only reads them.

Importing Lark and building the tables costs more than checking a project, so the build hook saves them as JSON beside
this file. Tables that do not belong to the grammar at hand (a developer is changing it) are made anew in memory.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from cadenza import resources

SAVED = Path(__file__).with_name("tables.json")
STARTS = ("module", "interpolation")
_FORMAT = 4


class Rule(NamedTuple):
    """One production: what it is a case of, how many symbols it takes, and what becomes of their values.

    `picks` are (symbol, whether it is a list to splice, places left empty before it); `one` is the only symbol that
    counts where the rule adds nothing of its own, and `alone` says it is the only symbol at all.
    """

    origin: str
    name: str
    length: int
    picks: tuple[tuple[int, bool, int], ...]
    empty_at_end: int
    one: int | None
    alone: bool
    whole: bool
    """Whether all symbols are picked, as they are."""
    pick: Callable[[list[Any]], Sequence[Any]] | None = None
    """Gives what a node is made of, from the values of all symbols and a None after them; None where that is all of them."""

    def spliced(self, values: list[Any]) -> list[Any]:
        """Give what a node is made of, whatever the rule."""
        picked: list[Any] = []
        for index, splice, empty in self.picks:
            if empty:
                picked.extend([None] * empty)
            if splice:
                picked.extend(values[index])
            else:
                picked.append(values[index])
        return [*picked, *[None] * self.empty_at_end]


class Tables(NamedTuple):
    """What the driver needs: for each state, symbol to action (a state to go to, or ~rule to reduce by)."""

    rows: list[dict[str, int]]
    rules: list[Rule]
    words: dict[str, str]
    signs: dict[str, str]
    tokens: list[tuple[str, str]]
    starts: dict[str, int]
    ends: dict[str, int]


@lru_cache(maxsize=1)
def tables() -> Tables:
    grammar = resources.text("grammar/flow.lark")
    saved = json.loads(SAVED.read_text(encoding="utf-8")) if SAVED.is_file() else {}
    if saved.get("digest") != _digest(grammar):
        saved = build(grammar)
    rows = saved["rows"]
    return Tables(
        [rows[row] for row in saved["states"]],
        [_with_pick(Rule(*rule)) for rule in saved["rules"]],
        saved["words"],
        saved["signs"],
        [(name, regex) for name, regex in saved["tokens"]],
        saved["starts"],
        saved["ends"],
    )


def _with_pick(rule: Rule) -> Rule:
    """Let what is picked be taken in one go, where there is more than one value and no list to splice."""
    if rule.whole:
        return rule
    places = [place for index, _, empty in rule.picks for place in (*[-1] * empty, index)] + [-1] * rule.empty_at_end
    plain = len(places) > 1 and not any(splice for _, splice, _ in rule.picks)
    return rule._replace(pick=itemgetter(*places) if plain else rule.spliced)


def _digest(grammar: str) -> int:
    return zlib.crc32(f"{_FORMAT}\n{grammar}".encode())


def build(grammar: str, *, strict: bool = False) -> dict[str, Any]:
    """Make the tables with Lark. `strict` refuses every ambiguity of the grammar and of its tokens; the tests use it."""
    from lark import Lark  # noqa: PLC0415 - the saved tables spare everybody else this import
    from lark.parsers.lalr_analysis import Shift  # noqa: PLC0415 - as above

    lark = Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        start=[*STARTS, "unused"],
        maybe_placeholders=True,
        strict=strict,
    )
    table = lark.parse_interactive(None, start=STARTS[0]).parser_state.parse_conf.parse_table
    rules: dict[Any, int] = {rule: number for number, rule in enumerate(lark.rules)}

    def action(kind: Any, argument: Any) -> int:
        return int(argument) if kind is Shift else ~rules.setdefault(argument, len(rules))

    order = _from_the_starts(table)
    rows: dict[str, int] = {}
    states = []
    for state in order:
        row = {str(symbol): action(*what) for symbol, what in sorted(table.states[state].items())}
        row = {symbol: order[to] if to >= 0 else to for symbol, to in row.items()}
        if state in table.end_states.values():
            row["$END"] = order[state]  # Lark stops here without a shift; so that asking and feeding need no special case
        states.append(rows.setdefault(json.dumps(row), len(rows)))
    literal = {t.pattern.value: t.name for t in lark.terminals if t.pattern.type == "str"}
    words = {value: name for value, name in literal.items() if re.fullmatch(r"[^\W\d]\w*", value)}
    return {
        "digest": _digest(grammar),
        "rows": [json.loads(row) for row in rows],
        "states": states,
        "rules": [_rule(rule) for rule in rules],
        "words": words,
        "signs": {value: name for value, name in literal.items() if value not in words},
        "tokens": [(t.name, t.pattern.to_regexp()) for t in _in_matching_order(lark.terminals, words)],
        "starts": {start: order[table.start_states[start]] for start in STARTS},
        "ends": {start: order[table.end_states[start]] for start in STARTS},
    }


def _from_the_starts(table: Any) -> dict[int, int]:
    """Give the states numbers in the order in which they are met, so that one grammar always gives the same bytes."""
    order: dict[int, int] = {}
    ahead = [table.start_states[start] for start in STARTS]
    for state in ahead:
        if state not in order:
            order[state] = len(order)
            ahead += [to for _, (_, to) in sorted(table.states[state].items()) if isinstance(to, int)]
    return order


def _in_matching_order(terminals: Any, words: dict[str, str]) -> Any:
    declared = [t for t in terminals if t.pattern.type != "str" or t.pattern.value not in words]
    return sorted(declared, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))


def _rule(rule: Any) -> Rule:
    """Take over what Lark's tree builder would do: filter words, splice lists, leave places for what is missing."""
    skipped = rule.options.empty_indices or ()
    runs = [len(run) for run in "".join("1" if empty else "0" for empty in skipped).split("0")] if skipped else []
    picks: list[tuple[int, bool, int]] = []
    empty = 0
    for index, symbol in enumerate(rule.expansion):
        empty += runs[index] if runs else 0
        if rule.options.keep_all_tokens or not (symbol.is_term and symbol.filter_out):
            picks.append((index, not symbol.is_term and symbol.name.startswith("_"), empty))
            empty = 0
    empty += runs[len(rule.expansion)] if runs else 0
    alone = len(picks) == 1 and not picks[0][1] and not picks[0][2] and not empty
    inlined = alone and rule.options.expand1 and not rule.alias
    return Rule(
        rule.origin.name,
        rule.alias or rule.origin.name,
        len(rule.expansion),
        tuple(picks),
        empty,
        picks[0][0] if inlined else None,
        inlined and len(rule.expansion) == 1,
        picks == [(index, False, 0) for index in range(len(rule.expansion))] and not empty,
    )
