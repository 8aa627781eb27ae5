"""Tell all that happened to one customer, moment by moment: the lines of a journal as a person would read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import attrs

from cadenza.check.vocabulary import REASONS

Line = Mapping[str, Any]

_SAID: dict[str, Callable[[Line], str]] = {
    "entered": lambda line: f"entered, because of {_cause(line)}",
    "not_entered": lambda line: f"not let in: {line['reason']}",
    "waiting": lambda line: f"waits until {_minute(line['until'])}" if line.get("until") else "waits",
    "branched": lambda line: f"goes the way of `{line['branch']}`",
    "sent": lambda line: f"{line['channel']} `{line['message']}` sent{_subject(line)}{_products(line)}",
    "held": lambda line: f"{line['channel']} `{line['message']}` held: {line['reason']}",
    "dropped": lambda line: f"`{line['message']}` dropped: {line['reason']}",
    "skipped": lambda line: f"`{line['message']}` skipped: {line['reason']}",
    "split": lambda line: f"takes the arm `{line['arm']}` of `{line['split']}`",
    "withheld": lambda line: f"{line['channel']} `{line['message']}` withheld: held out",
    "goal": lambda line: f"goal reached, credited to `{line['message']}`",
    "coupon_issued": lambda line: f"coupon `{line['coupon']}` issued: {line['offer']}",
    "coupon_mentioned": lambda line: f"live coupon `{line['coupon']}` mentioned",
    "coupon_missing": lambda line: f"no coupon `{line['coupon']}` live, left out",
    "coupon_redeemed": lambda line: f"coupon `{line['coupon']}` redeemed",
    "coupon_expired": lambda line: f"coupon `{line['coupon']}` expired",
    "coupon_open": lambda line: f"coupon `{line['coupon']}` still live at the end",
    "tagged": lambda line: f"tag `{line['tag']}` put on",
    "untagged": lambda line: f"tag `{line['tag']}` taken off",
    "changed": lambda line: f"customer.{line['field']} set to {line.get('value', 'nothing')}",
    "points": lambda line: f"{line['amount']} points to {line['score']}",
    "subscribe": lambda line: f"put on the list `{line['list']}`",
    "unsubscribe": lambda line: f"taken off the list `{line['list']}`",
    "notified": lambda line: f"team `{line['team']}` told",
    "left": lambda line: f"left: {line['reason']}",
    "finished": lambda _: "finished",
    "broken": lambda line: f"promise broken: {line['promise']}, by {', '.join(line['messages'])}",
    "stopped": lambda _: "cut off: too much happened at one instant",
}


def story(lines: Sequence[Line]) -> str:
    """Give a line of text for each moment of each run, and what the reasons in it mean."""
    if not lines:
        return "Nothing happened to this customer.\n"
    rows: list[_Row] = []
    last: dict[str, _Row] = {}
    for row in _rows(lines):
        before = last.get(row.flow)
        if before is not None and before.text == row.text:
            before.again.append(row.at)
        else:
            rows.append(row)
            last[row.flow] = row
    width = max(len(row.flow) for row in rows)
    told = [f"The whole journal of customer {lines[0]['customer']}, in UTC:", ""]
    told += [f"{row.at}  {row.flow.ljust(width)}  {row.text}{_again(row)}" for row in rows]
    reasons = sorted({line["reason"] for line in lines if line.get("reason") in REASONS})
    return "\n".join([*told, "", *(f"{reason}: {REASONS[reason]}" for reason in reasons)]) + "\n"


@attrs.frozen(eq=False)
class _Row:
    """What one run did at one instant; where the same happened to its flow the next times, it is told here."""

    at: str
    flow: str
    text: str
    again: list[str] = attrs.field(factory=list)


def _rows(lines: Sequence[Line]) -> Iterator[_Row]:
    for (at, flow, _), group in groupby(lines, key=lambda line: (line["at"], line["flow"], line["run"])):
        yield _Row(_minute(at), flow or "", "; ".join(_SAID[line["what"]](line) for line in group))


def _again(row: _Row) -> str:
    return f" ({len(row.again) + 1} times until {row.again[-1][:10]})" if row.again else ""


def _minute(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%Y-%m-%d %H:%M")


def _subject(line: Line) -> str:
    return f': "{line["subject"]}"' if line.get("subject") else ""


def _products(line: Line) -> str:
    return f" with {', '.join(product['sku'] for product in line['products'])}" if line.get("products") else ""


def _cause(line: Line) -> str:
    cause = str(line["cause"])
    return "the time" if cause == "clock" else cause if "#" not in cause else f"line {cause.rpartition('#')[2]}"
