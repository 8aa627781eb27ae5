"""Faults put into the engine by hand, one for each rule of time and order, and how many pairs it takes to find each.

`python -m tests.reference.faults [--pairs N] [--kept FOLDER] [NAME …]` says so for some faults, or for all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.reference.judging import CHUNK, ENGINE, TIMELINES, Pairs, Verdict, module_of, put_on_trial, verdict


class Fault(NamedTuple):
    """A text of a file of the engine that is replaced by another, and the rule that this breaks."""

    name: str
    rule: str
    file: str
    old: str
    new: str

    def planted(self) -> str:
        """Give the file with the fault in it; the text must be there once, lest a fault vanish unseen."""
        text = (ENGINE / self.file).read_text(encoding="utf-8")
        assert text.count(self.old) == 1, f"{self.file} has the text of the fault {self.name!r} {text.count(self.old)} times"
        return text.replace(self.old, self.new)


_EXITS = "        if alerted:\n            self.exits(event)\n"
_ENTRIES = "        if flipped or kind.lets_in:\n            self.let_in(event, kind, flipped, allowed=allowed)\n"
_EXPIRING = "        for due in expire:\n            self.expire(due)\n"
_LOOKING = "        flipped, woken = self.looks(look) if look else ([], [])\n"
_LETTING = "        if enter or flipped:\n            self.let_in_due(enter, flipped)\n"

FAULTS = (
    Fault("the clock before facts", "P1", "core.py", "while heap and heap[0][0] < at:", "while heap and heap[0][0] <= at:"),
    Fault("entering before leaving", "5.1", "core.py", _EXITS + _ENTRIES, _ENTRIES + _EXITS),
    Fault("expiry after watches", "5.4", "core.py", _EXPIRING + _LOOKING + _LETTING, _LOOKING + _LETTING + _EXPIRING),
    Fault("a run that must leave stays", "5.1", "core.py", "elif event.kind in flow.stay_kinds:", "elif False:"),
    Fault(
        "a low priority first", "5.1", "plan.py", "key=lambda one: (-one[1].priority, one[0])", "key=lambda one: one[1].priority"
    ),
    Fault(
        "the earlier flow of a group is the stronger",
        "6.7",
        "plan.py",
        "FlowPlan(flow, order, (flow.priority, place), flow.name",
        "FlowPlan(flow, order, (flow.priority, -place), flow.name",
    ),
    Fault("the weakest of a group first", "5.1", "flows.py", "one.flow.strength, reverse=True)", "one.flow.strength)"),
    Fault(
        "a calendar's instant lost at a tie",
        "6.6",
        "flows.py",
        "if self.calendar_dues[calendar.place] != self.now or calendar.next(self, self.now) != self.now:",
        "if True:",
    ),
    Fault(
        "a calendar before the customer begins",
        "6.6",
        "customer.py",
        "first = start if begins is None else max(start, begins)",
        "first = start",
    ),
    Fault("late customers are there from the start", "6.1", "customer.py", "if begins is None or begins < start:", "if True:"),
    Fault(
        "starting over though refused",
        "6.3",
        "flows.py",
        "        reason = self.refused_at_once(plan)\n        if reason is None and plan.selective:",
        "        if plan.mode == 'starting over':\n            self.take_over(plan, cause, depth)\n"
        "        reason = self.refused_at_once(plan)\n        if reason is None and plan.selective:",
    ),
    Fault(
        "not again at the very instant",
        "6.3",
        "flows.py",
        "self.now < self.zone.add(last, plan.after)",
        "self.now <= self.zone.add(last, plan.after)",
    ),
    Fault(
        "a sequence misses what comes at its deadline",
        "1.4",
        "flows.py",
        "if tests is None or not self.passes(tests, event):",
        "if tests is None or event.at >= sequence.deadline or not self.passes(tests, event):",
    ),
    Fault(
        "a sequence counts from its first event",
        "6.4",
        "flows.py",
        "self.await_next(sequence, since)",
        "self.await_next(sequence, sequence.first.at)",
    ),
    Fault(
        "an event stays in its window at the edge",
        "1.5",
        "reductions.py",
        "low = bisect_right(leaves, c.now)",
        "low = bisect_left(leaves, c.now)",
    ),
    Fault(
        "the trigger is after the trigger",
        "6.5",
        "reductions.py",
        "bisect_left(column.places, start.rank >> SHIFT)",
        "bisect_left(column.places, (start.rank >> SHIFT) - 1)",
    ),
    Fault(
        "at least so long is longer",
        "1.6",
        "closures.py",
        'strict = sign in ((">", "<=") if since else ("<", ">="))',
        "strict = True",
    ),
    Fault("a moment is past when it comes", "1.6", "closures.py", "            if now > x:\n", "            if now >= x:\n"),
    Fault("a yearly date is never today", "1.7", "calendar.py", "if one >= today)", "if one > today)"),
    Fault("a skipped time moves back", "1.2", "clock.py", "instant + max(before, after) for", "instant + before for"),
    Fault("of a time that comes twice the second", "1.2", "clock.py", "instant + max(before, after) for", "instant + after for"),
    Fault(
        "a day is 24 hours",
        "1.3",
        "clock.py",
        "        if months or days:\n",
        "        if days and not months:\n            return instant + sign * (days * DAY + micros)\n        if months:\n",
    ),
    Fault(
        "a month runs over its end",
        "1.3",
        "clock.py",
        "return date(year, month, min(start.day, days_in(year, month))).toordinal()",
        "return date(year, month, 1).toordinal() + start.day - 1",
    ),
    Fault(
        "29 February is 1 March",
        "1.7",
        "clock.py",
        "return date(year, month, min(day, days_in(year, month))).toordinal()",
        "return date(year, month, 1).toordinal() + day - 1",
    ),
    Fault("a wait until a moment loses to its deadline", "1.4", "steps.py", "if instant <= deadline:", "if instant < deadline:"),
    Fault(
        "a clock time that is now is tomorrow",
        "7.2",
        "descriptions.py",
        "return instant if instant >= c.now else",
        "return instant if instant > c.now else",
    ),
    Fault(
        "quiet hours without their beginning", "8.4", "policy.py", "return start <= time < end if", "return start < time < end if"
    ),
    Fault(
        "a message leaves its limit late",
        "8.5",
        "policy.py",
        "append_leaving(self._leaves, self._zone.add(now, self._length))",
        "append_leaving(self._leaves, self._zone.add(now, self._length) + 1)",
    ),
    Fault("a week begins on Sunday", "1.8", "policy.py", "first = day - weekday(day)", "first = day - (weekday(day) + 1) % 7"),
    Fault(
        "a period of the world's clock",
        "1.8",
        "policy.py",
        "period(self._name, now, self._zone)",
        'period(self._name, now, Zone("UTC", 0, ()))',
    ),
    Fault(
        "the latest deadline gives a message up",
        "8.5",
        "sending.py",
        "if deadline < held.deadline:",
        "if not held.reason or deadline > held.deadline:",
    ),
    Fault(
        "of held messages a low priority first",
        "5.4",
        "customer.py",
        "order = (-run.flow.flow.priority, run.held.since,",
        "order = (run.flow.flow.priority, run.held.since,",
    ),
    Fault(
        "of held messages the last first",
        "5.4",
        "customer.py",
        "order = (-run.flow.flow.priority, run.held.since,",
        "order = (-run.flow.flow.priority, -run.held.since,",
    ),
    Fault(
        "a channel stays open without a list",
        "8.3",
        "customer.py",
        "if name is None or (was_on and not self.subscriptions):",
        "if name is None:",
    ),
    Fault(
        "a goal at the very deadline is late",
        "8.7",
        "customer.py",
        "event.at > self.zone.add(last.at, flow.goal)",
        "event.at >= self.zone.add(last.at, flow.goal)",
    ),
    Fault(
        "a message is a success of itself",
        "8.7",
        "customer.py",
        'if last is not None and event.kind == "sent" and event.cause == last.line:',
        "if False:",
    ),
    Fault(
        "nobody but flows asks what was sent",
        "8.7",
        "plan.py",
        "bool(self.columns or self.watches or self.goals or self.promises)",
        "bool(self.columns or self.watches)",
    ),
    Fault(
        "an event without a field bars what asks for the field",
        "6.1",
        "foresight.py",
        "stream.where is None and stream.field is None and not stream.lines",
        "stream.where is None and not stream.lines",
    ),
    Fault(
        "points for less than nothing expire in the past",
        "1.3",
        "customer.py",
        "ends = max(self.now, self.zone.add(self.now, lifetime))",
        "ends = self.zone.add(self.now, lifetime)",
    ),
    Fault(
        "a wait up to nothing has come",
        "7.1",
        "steps.py",
        "return self.gave_up(c, run)\n        return c.wait(run, self, Waiting(self.next",
        "return self.came(c, run)\n        return c.wait(run, self, Waiting(self.next",
    ),
    Fault(
        "all turns of an instant are one for promises",
        "10.2",
        "core.py",
        "            if self.promising:\n                self.look_back(None)\n",
        "        if self.promising:\n            self.look_back(None)\n",
    ),
    Fault("points stay for ever", "9.2", "customer.py", "self._lent -= left or 0\n        return left", "return left"),
    Fault("a live coupon is issued again", "9.1", "coupons.py", "if live is not None or offer is None:", "if offer is None:"),
    Fault(
        "a coupon outlives its end",
        "9.1",
        "coupons.py",
        '        del self.coupons[coupon.name]\n        line = self.note_coupon("coupon_expired"',
        '        line = self.note_coupon("coupon_expired"',
    ),
    Fault("every split is drawn afresh", "9.3", "splitting.py", "(run.number,) if self._afresh else ()", "(run.number,)"),
    Fault(
        "one holdout for all flows",
        "9.3",
        "splitting.py",
        'draw(seed, "holdout", flow, customer)',
        'draw(seed, "holdout", "", customer)',
    ),
    Fault(
        "at the timeout nobody looks",
        "7.3",
        "waits.py",
        "if came or waiting.given_up is None or (waiting.condition is not None and self.wait_holds(run)):",
        "if came or waiting.given_up is None:",
    ),
    Fault(
        "who enters takes back what time made true",
        "7.3",
        "core.py",
        "self.wake_due(due, came=what_of(due) in came)",
        "self.wake_due(due)",
    ),
    Fault(
        "a yearly date is moved by two years at most",
        "1.7",
        "calendar.py",
        "reach = 1 + sum(2 + length.months // 12 + length.days // 365 for _, length in shifts)",
        "reach = 3",
    ),
    Fault(
        "the messages of a promise are counted with all others",
        "10.2",
        "promises.py",
        "for one in filter(fits, reversed(self._sent)):",
        "for one in reversed(self._sent):",
    ),
    Fault(
        "what is broken at the beginning is said later",
        "10.2",
        "customer.py",
        """        self.settle()
        self.look_back(None)
""",
        """        self.settle()
""",
    ),
    Fault(
        "the customer counts as inside before what lets them in was seen",
        "10.3",
        "flows.py",
        """        saw = self.saw("entered", (*seen, *plan.audience_seen), run) if seen or plan.audience_seen else ""
        if self.runs:
            self.take_over(plan, cause, depth)
        order = plan.order
        self.started[order] += 1
        self.inside_now[order] += 1
""",
        """        if self.runs:
            self.take_over(plan, cause, depth)
        order = plan.order
        self.started[order] += 1
        self.inside_now[order] += 1
        saw = self.saw("entered", (*seen, *plan.audience_seen), run) if seen or plan.audience_seen else ""
""",
    ),
    Fault(
        "the newest points are used up first",
        "9.2",
        "customer.py",
        "for number, left in list(self.lots.items()):",
        "for number, left in list(self.lots.items())[::-1]:",
    ),
    Fault(
        "a longer month keeps earlier events longer",
        "1.5",
        "streams.py",
        "leaves[place - 1] = min(leaves[place - 1], leaves[place])",
        "pass",
    ),
)

SELDOM: tuple[Fault, ...] = (
    Fault(
        "the edge of a window is never moved by an event",
        "6.1",
        "foresight.py",
        "return all(map(_moved_by_time_alone, bound.inner()))",
        "return True",
    ),
)
"""Faults that show so seldom that two thousand pairs do not always find them."""


def pairs_until_found(fault: Fault, pairs: Pairs, most: int) -> tuple[int | None, Verdict]:
    """Give how many pairs it takes to find a fault, None where so many do not."""
    code = compile(fault.planted(), str(ENGINE / fault.file), "exec")
    compared = 0
    for first in range(0, most // TIMELINES, CHUNK):
        programs = list(pairs.some(range(first, first + CHUNK)).values())
        found = verdict(put_on_trial({module_of(Path(fault.file)): code}, programs))
        compared += found.compared
        if found.found:
            return compared, found
    return None, found


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.reference.faults", description=__doc__)
    options.add_argument("names", nargs="*", metavar="NAME")
    options.add_argument("--pairs", type=int, default=2000)
    options.add_argument("--kept", type=Path, help="a folder that keeps what the reference wrote")
    given = options.parse_args()
    found = 0
    faults = [fault for fault in FAULTS + SELDOM if not given.names or fault.name in given.names]
    with tempfile.TemporaryDirectory() as folder:
        pairs = Pairs(given.kept or Path(folder))
        for fault in faults:
            took, said = pairs_until_found(fault, pairs, given.pairs)
            found += took is not None
            how = f"{said.found} at pair {said.pair}, the {took}th compared" if took else f"not found in {given.pairs} pairs"
            sys.stdout.write(f"{fault.rule:4} {fault.name}: {how}\n")
    sys.stdout.write(f"{found} of {len(faults)} found\n")
    return 0 if found == len(faults) > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
