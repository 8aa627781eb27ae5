"""Write down what happened to one customer, and what led to it.

Rule 1: lines are numbered in the order written; `cause` names the nearest line that was written, or the event (semantics 10.1).
Rule 2: what the chosen detail leaves out is passed through: whoever asks for its line gets the line that caused it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cadenza.engine.events import Event
from cadenza.engine.show import iso

if TYPE_CHECKING:
    from cadenza.engine.plan import FlowPlan
    from cadenza.engine.promises import Breach

FORMAT = 1
"""The version of a journal line's shape."""

# Every word of `what`, with the least detail that writes it and what it says; the reference shows this table.
WORDS: dict[str, tuple[str, str]] = {
    "entered": ("decisions", "the customer entered the flow"),
    "not_entered": ("decisions", "a trigger came, and the customer was not let in; `reason` says why"),
    "waiting": ("all", "the run waits; `until` says for how long, where that is known"),
    "branched": ("decisions", "an `if` or a wait went one way; `branch` says which"),
    "split": ("decisions", "a split took one of its arms; `arm` says which"),
    "sent": ("messages", "the message went out"),
    "held": ("messages", "the message waits for its time; `reason` says what holds it, `until` when it is tried again"),
    "dropped": ("messages", "the message was given up; `reason` says why"),
    "skipped": ("messages", "there was nothing to send; `reason` says why"),
    "withheld": ("messages", "the message would have gone out, and the customer is held out"),
    "goal": ("messages", "what the flow is for happened; it is credited to the message that `credit` names"),
    "coupon_issued": ("messages", "the customer was given a coupon; `ends` says until when it lives, if it ends"),
    "coupon_mentioned": ("decisions", "a message spoke of a coupon that was live already"),
    "coupon_missing": ("messages", "a message was to speak of a coupon of which none was live, and left it out"),
    "coupon_redeemed": ("messages", "an order carried a live coupon and fitted its offer"),
    "coupon_expired": ("messages", "a coupon came to its end unused"),
    "coupon_open": ("messages", "a coupon was still live at the end of the replay"),
    "tagged": ("decisions", "a tag was put on the customer; `same` where it was there already"),
    "untagged": ("decisions", "a tag was taken off; `same` where there was none"),
    "changed": ("decisions", "a field of the customer was set; `same` where it had that value"),
    "points": ("decisions", "points were added or taken, or expired"),
    "subscribe": ("decisions", "the customer was put on a mailing list"),
    "unsubscribe": ("decisions", "the customer was taken off a mailing list"),
    "notified": ("decisions", "a team of the shop was told something"),
    "left": ("decisions", "the run ended before its last step; `reason` says why"),
    "finished": ("decisions", "the run ended with its last step"),
    "broken": ("messages", "a promise was broken; `messages` says by which"),
    "stopped": ("messages", "too much happened at one instant, and what came next was cut off; `flows` took turns"),
}
_COUNTED = frozenset(
    "entered not_entered left finished sent held dropped skipped withheld goal broken stopped".split()
) | frozenset(f"coupon_{word}" for word in ("issued", "redeemed", "expired", "open"))
DETAILS = ("messages", "decisions", "all")

Cause = str | Event | None
"""What led to something: a line by its id, in JSON, an event, or the clock."""


def kept(detail: str) -> frozenset[str]:
    """Give the words that a detail writes."""
    most = DETAILS.index(detail)
    return frozenset(word for word, (least, _) in WORDS.items() if DETAILS.index(least) <= most)


class Journal:
    """The lines of one customer, each the JSON text of one object; the keys stand in the documented order."""

    __slots__ = ("_inputs_ids", "_kept", "_name", "_who", "all", "breaches", "counts", "customer", "lines")

    def __init__(self, customer: str, kept: frozenset[str], ids: Mapping[str, int]) -> None:
        self.customer = customer
        name = quoted(customer)
        self._name = f"{name[:-1]}#"
        self._who = f'","customer":{name},'
        self._kept = kept
        self._inputs_ids = ids
        self.all = "waiting" in kept
        self.lines: list[str] = []
        self.breaches: list[Breach] = []
        self.counts: defaultdict[tuple[str | None, str, str | None], int] = defaultdict(int)
        """How often each thing of a summary happened, by flow, word and reason, written or not."""

    def writes(self, what: str) -> bool:
        """Whether a line of this kind is written at all, for who would work for what it says."""
        return what in self._kept

    def write(
        self,
        what: str,
        at: int,
        cause: Cause,
        flow: FlowPlan | None,
        run: int | None,
        place: str,
        reason: str | None,
        more: str,
    ) -> Cause:
        """Write a line and give its id, or give the cause on where the detail leaves the line out.

        `place` is JSON for `step` and `source`, `more` for what belongs to the kind, each member with a comma before it.
        """
        if what in _COUNTED:
            self.counts[flow.name if flow is not None else None, what, reason] += 1
        if what not in self._kept:
            return cause
        lines = self.lines
        line = f'{self._name}{len(lines) + 1}"'
        because = cause if cause.__class__ is str else self.named(cause)  # type: ignore[arg-type]
        whose = flow.json if flow is not None else '"flow":null,"run":'
        number = "null" if run is None else run
        lines.append(f'{{"id":{line},"at":"{iso(at)}{self._who}{whose}{number}{place},"what":"{what}","cause":{because}{more}}}')
        return line

    def named(self, cause: Event | None) -> str:
        """Give JSON for a cause that is no line: an event by its id or instant, or the clock; an effect is its line."""
        while cause is not None and cause.depth:
            if cause.cause is None or isinstance(cause.cause, str):
                return cause.cause or quoted("clock")
            cause = cause.cause
        if cause is None:
            return quoted("clock")
        place = self._inputs_ids.get(cause.kind)
        name = None if place is None else cause.fields[place]
        return quoted(f"{cause.kind} {name}" if name is not None else f"{cause.kind} at {iso(cause.at)}")


NOWHERE = ',"step":null,"source":null'
"""The place of what no step does."""

quoted = json.encoder.encode_basestring
"""Gives a text as JSON, as it is but for what must be escaped."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def members(more: Mapping[str, object]) -> str:
    """Give JSON for members that follow others; those without a value are left out."""
    return "".join([f',"{name}":{_encode(value)}' for name, value in more.items() if value is not None])
