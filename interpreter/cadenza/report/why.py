"""Answer why a customer was sent a message, or why not: the chain of causes in a journal, from the message back to the event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import attrs
import pendulum

from cadenza.check.vocabulary import REASONS
from cadenza.data.errors import DataError
from cadenza.engine.journal import FORMAT

Line = Mapping[str, Any]

_ABOUT_MESSAGES = ("sent", "held", "dropped", "skipped", "withheld")
_MOST = 5


@attrs.frozen(eq=False)
class Asked:
    """What is asked of a journal: a customer, perhaps one message, perhaps one flow."""

    customer: str
    message: str | None = None
    flow: str | None = None

    def concerns(self, line: Line) -> bool:
        return self.message in (None, line.get("message")) and self.flow in (None, line["flow"])


def lines_of(journal: Path, customer: str) -> list[Line]:
    """Read the lines of one customer from a journal of JSON Lines."""
    needle = f'"customer":{json.dumps(customer, ensure_ascii=False)}'
    try:
        with journal.open(encoding="utf-8") as stream:
            header = _object(journal, 1, stream.readline())
            if header.get("journal") != FORMAT:
                raise DataError(f"{journal}:1: this is not a journal that this version can read; replay again to make one")
            return [_object(journal, number, text) for number, text in enumerate(stream, 2) if needle in text]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "this is not UTF-8 text"
        raise DataError(f"{journal}: {reason}") from None


def _object(journal: Path, number: int, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DataError(f"{journal}:{number}: this line is not a line of a journal; replay again to make one")
    return found


def why(lines: Sequence[Line], asked: Asked) -> str:
    """Give the answer as text: a chain for each message that fits, or what stopped it first."""
    by_id = {line["id"]: line for line in lines}
    ends = [line for line in lines if line["what"] in _ABOUT_MESSAGES and asked.concerns(line)]
    # A held message is told with the line that ends its wait, where there is one.
    waited_for = {line["cause"] for line in ends}
    ends = [line for line in ends if not (line["what"] == "held" and line["id"] in waited_for)]
    if not ends:
        return _why_nothing(lines, asked)
    shown = ends[-_MOST:]
    parts = ["\n".join(_chain(line, by_id)) for line in shown]
    if len(ends) > len(shown):
        parts.insert(0, f"{len(ends)} messages fit; these are the last {len(shown)}. --message and --flow ask for fewer.")
    return "\n\n".join(parts) + "\n"


def _why_nothing(lines: Sequence[Line], asked: Asked) -> str:
    refused = [line for line in lines if line["what"] in ("not_entered", "left") and asked.flow in (None, line["flow"])]
    what = f"message `{asked.message}`" if asked.message else "message"
    if not refused:
        hint = (
            "" if lines else "; the journal has no line of this customer, so no flow was triggered, or the detail leaves it out"
        )
        return f"No {what} was sent to customer {asked.customer}, and none was tried{hint}.\n"
    by_id = {line["id"]: line for line in lines}
    return f"No {what} was tried for customer {asked.customer}. The first thing that stopped one:\n\n" + (
        "\n".join(_chain(refused[0], by_id)) + "\n"
    )


def _chain(line: Line, by_id: Mapping[str, Line]) -> Iterator[str]:
    yield f"{_sentence(line)}, on {_when(line['at'])}{_place(line)}"
    yield from _showed(line)
    cause = line["cause"]
    while cause in by_id:
        line = by_id[cause]
        yield f"  because {_sentence(line)}, on {_when(line['at'])}{_place(line)}"
        yield from _saw(line)
        cause = line["cause"]
    yield f"  because {_event(cause)}"


def _sentence(line: Line) -> str:
    flow, run = line["flow"], line["run"]
    told: dict[str, Callable[[], str]] = {
        "sent": lambda: f"{line['channel']} `{line['message']}` was sent to customer {line['customer']}",
        "held": lambda: f"{line['channel']} `{line['message']}` was held: {_reason(line)}",
        "dropped": lambda: f"{line.get('channel', 'message')} `{line['message']}` was dropped: {_reason(line)}",
        "skipped": lambda: f"`{line['message']}` was skipped: {_reason(line)}",
        "entered": lambda: f"the customer entered {flow} (run {run})",
        "not_entered": lambda: f"the customer was not let into {flow}: {_reason(line)}",
        "left": lambda: f"the customer left {flow} (run {run}): {_reason(line)}",
        "finished": lambda: f"the customer finished {flow} (run {run})",
        "waiting": lambda: f"{flow} waited" + (f" until {_when(line['until'])}" if line.get("until") else ""),
        "branched": lambda: f"{flow} went the way of `{line['branch']}`",
        "split": lambda: f"{flow} took the arm `{line['arm']}` of `{line['split']}`",
        "withheld": lambda: (
            f"{line['channel']} `{line['message']}` was withheld from customer {line['customer']}, who is held out"
        ),
        "goal": lambda: f"the goal of {flow} was reached, credited to `{line['message']}`",
        "coupon_issued": lambda: f"the coupon `{line['coupon']}` was issued: {line['offer']}",
        "coupon_mentioned": lambda: f"the live coupon `{line['coupon']}` was mentioned",
        "coupon_missing": lambda: f"no coupon `{line['coupon']}` was live, so it was left out",
        "coupon_redeemed": lambda: f"the coupon `{line['coupon']}` was redeemed",
        "coupon_expired": lambda: f"the coupon `{line['coupon']}` expired",
        "coupon_open": lambda: f"the coupon `{line['coupon']}` was still live at the end",
        "tagged": lambda: f"the tag `{line['tag']}` was put on",
        "untagged": lambda: f"the tag `{line['tag']}` was taken off",
        "changed": lambda: f"`customer.{line['field']}` was set to {line.get('value', 'nothing')}",
        "points": lambda: f"{line['amount']} points went to `{line['score']}`",
        "subscribe": lambda: f"the customer was put on the list `{line['list']}`",
        "unsubscribe": lambda: f"the customer was taken off the list `{line['list']}`",
        "notified": lambda: f"the team `{line['team']}` was told",
        "broken": lambda: f"a promise was broken, `{line['promise']}`, by {', '.join(line['messages'])}",
        "stopped": lambda: "too much happened at one instant",
    }
    return told[line["what"]]()


def _reason(line: Line) -> str:
    reason = str(line["reason"])
    said = REASONS.get(reason)
    return reason if said is None else f"{reason} ({said})"


def _saw(line: Line) -> Iterable[str]:
    return [f"    it saw {text} = {_shown(value)}" for text, value in line.get("saw", {}).items()]


def _showed(line: Line) -> Iterable[str]:
    """Say which products a message showed, and which selection gave them."""
    by_source = groupby(line.get("products", ()), key=lambda product: product["from"])
    return [f"    it showed {', '.join(one['sku'] for one in several)}, from {source}" for source, several in by_source]


def _shown(value: object) -> str:
    if value is None:
        return "unknown"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _when(at: str) -> str:
    moment = pendulum.instance(datetime.fromisoformat(at))
    return moment.format("dddd D MMMM YYYY [at] HH:mm:ss [UTC]")


def _place(line: Line) -> str:
    return f"  [{line['source']}]" if line.get("source") else ""


def _event(cause: str) -> str:
    return "its time had come" if cause == "clock" else f"of the event: {cause}"
