"""Write the summary of a replay as a marketer wants to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pendulum

from cadenza.engine.promises import Breach
from cadenza.engine.replay import Span
from cadenza.engine.show import iso
from cadenza.report.summary import Summary
from cadenza.report.table import number, table
from cadenza.values import SECOND

_WORDS = {
    "entered": "entered",
    "not_entered": "not let in",
    "left": "left early",
    "finished": "finished",
    "sent": "sent",
    "held": "held",
    "dropped": "dropped",
    "skipped": "skipped",
    "withheld": "withheld",
    "goal": "goals",
}
_BREACHES = 10
"""How many broken promises a summary shows; the journal has all."""
_SOME_HAVE = ("withheld", "goal")
"""Columns that stand where there is something to say."""


def overview(summary: Summary, flows: Sequence[str], span: Span, bad_rows: Mapping[str, int], journal: Path | None) -> str:
    """Give the text of a summary: what happened to the flows, then to the messages, then to the people."""
    words = [word for word in _WORDS if word not in _SOME_HAVE or summary.total(word)]
    rows = [_row(summary, flow, words) for flow in flows]
    if len(flows) > 1:
        rows.append(_row(summary, None, words))
    head = ("flow", *(_WORDS[word] for word in words), "customers")
    parts = [_what(summary, span, bad_rows), table(head, rows), "\n".join(_messages(summary, journal))]
    return "\n\n".join(parts) + "\n"


def _row(summary: Summary, flow: str | None, words: Sequence[str]) -> list[str]:
    counts = [number(summary.total(word, flow)) for word in words]
    return [flow or "all", *counts, number(summary.reached[flow])]


def _what(summary: Summary, span: Span, bad_rows: Mapping[str, int]) -> str:
    text = f"{_some(summary.customers, 'customer')} and {_some(summary.events, 'event')}"
    if summary.events:
        text += f", {_day(span.start)} to {_day(span.until)}"
    if bad_rows:
        listed = ", ".join(f"{count:,} of {name}" for name, count in sorted(bad_rows.items()))
        text += f"; rows left out: {listed}"
    return text


def _breach(one: Breach) -> str:
    return f"  {one.promise}: customer {one.customer}, {iso(one.at)}, {', '.join(one.messages)}"


def _some(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _day(instant: int) -> str:
    return pendulum.from_timestamp(instant / SECOND).format("D MMMM YYYY")


def _messages(summary: Summary, journal: Path | None) -> list[str]:
    median, ninetieth, most = summary.per_customer
    sent, reached = summary.total("sent"), summary.reached[None]
    lines = [f"{_some(sent, 'message')} went to {reached:,} of {_some(summary.customers, 'customer')}"]
    if sent:
        lines[0] += f": {median} to most of them or fewer, {ninetieth} or fewer to nine in ten, {most} at most"
    for word in ("held", "dropped", "skipped"):
        if reasons := summary.reasons(word):
            listed = ", ".join(f"{reason} {count:,}" for reason, count in reasons)
            lines.append(f"{word}: {listed}")
    if issued := summary.total("coupon_issued"):
        ends = ", ".join(f"{summary.total(f'coupon_{word}'):,} {word}" for word in ("redeemed", "expired", "open"))
        lines.append(f"coupons: {issued:,} issued, {ends}")
    if refused := summary.reasons("not_entered"):
        lines.append(f"not let in: {', '.join(f'{reason} {count:,}' for reason, count in refused)}")
    if early := summary.reasons("left"):
        lines.append(f"left early: {', '.join(f'{reason} {count:,}' for reason, count in early)}")
    if summary.breaches:
        shown = [_breach(one) for one in summary.breaches[:_BREACHES]]
        lines += [f"{_some(len(summary.breaches), 'broken promise')}:", *shown]
    if summary.busiest is not None:
        count, customer = summary.busiest
        lines.append(f"busiest: customer {customer}, with {_some(count, 'message')}")
    if journal is not None:
        lines.append(f"journal: {journal}; ask it with `cadenza why {journal} --customer ID`")
    return lines
