"""Each row of the table of slips is met by a line, and what it writes for that line is a line that can be read."""

from __future__ import annotations

import re

import pytest

from cadenza.syntax import hints
from cadenza.syntax.diagnostics import Diagnostic
from cadenza.syntax.hints import MARK
from cadenza.syntax.parser import parse
from cadenza.syntax.source import Source

TOP = "{}"
SHOP = 'shop "Aurora"\n  {}\n  currency EUR\n'
HEADER = 'flow thanks\n  {}\n  on order\n  tag "a"\n'
STEP = 'flow thanks\n  on order\n  {}\n  tag "a"\n'
BLOCK = 'flow thanks\n  on order\n  {}\n    tag "a"\n'
CLAUSE = 'flow thanks\n  on order\n  send email "a"\n    {}\n'
CONDITION = "segment a\n  {}\n"

# The frame, the line as people write it, and the line that is meant; none where only advice is given.
LINES: tuple[tuple[str, str, str | None], ...] = (
    # -- Names
    (STEP, 'start "welcome series"', "start welcome_series"),
    (STEP, "start welcome series", "start welcome_series"),
    (TOP, "event big order = order where total > 3 EUR", "event big_order = order where total > 3 EUR"),
    (TOP, "segment win-back where any(order)", "segment win_back where any(order)"),
    (TOP, "segment loyal: count(order) >= 3", "segment loyal where count(order) >= 3"),
    (TOP, "segment loyal = count(order) >= 3", "segment loyal where count(order) >= 3"),
    (TOP, "value spent is sum(order.total)", "value spent = sum(order.total)"),
    (TOP, "event touch is open or click", "event touch = open or click"),
    (TOP, "event touch: open or click", "event touch = open or click"),
    (TOP, "field customer.age = number", "field customer.age: number"),
    (TOP, "field age: number", None),
    (TOP, 'field customer.tier: one of "silver", "gold"', 'field customer.tier: one of "silver" or "gold"'),
    # -- The shop
    ("{}\n  currency EUR\n", "shop Bottega Aurora", 'shop "Bottega Aurora"'),
    ("{}\n  currency EUR\n", "shop", None),
    (SHOP, "timezone Europe/Rome", "time zone Europe/Rome"),
    (SHOP, "quiet hours 21 to 8", "quiet hours 21:00 to 08:00"),
    (SHOP, "quiet hours sms 19 to 10:30", "quiet hours sms 19:00 to 10:30"),
    (SHOP, "quiet hours 21:00 - 08:00", "quiet hours 21:00 to 08:00"),
    (SHOP, "max 3 messages per week", "at most 3 messages per week"),
    (SHOP, "at most 3 messages each week", "at most 3 messages per week"),
    (SHOP, "at most 3 messages per week, else wait", None),
    # -- Who enters and leaves
    (HEADER, "on order, click", "on order or click"),
    (HEADER, "leave on order, return", "leave on order or return"),
    (HEADER, "on cart without order", None),
    (HEADER, "on cart then no order", None),
    (HEADER, "when customer orders", None),
    (HEADER, "every monday 09:00", "every monday at 09:00"),
    (HEADER, "every 2 weeks", None),
    (HEADER, "at 09:00", "every day at 09:00"),
    (HEADER, "exit on order", "leave on order"),
    (HEADER, "leave if any(order)", "leave when any(order)"),
    (HEADER, "enter only once", "enter once"),
    (HEADER, "enter always", "enter every time"),
    (HEADER, "enter again in 3 days", "enter again after 3 days"),
    # -- Waiting
    (STEP, "wait a week", "wait 1 week"),
    (STEP, "wait 1 hour and 30 minutes", "wait 1 hour 30 minutes"),
    (STEP, "wait until 9 am", "wait until 09:00"),
    (STEP, "wait until 12:30 pm", "wait until 12:30"),
    (STEP, "wait until monday at 9", "wait until monday at 09:00"),
    (STEP, "wait until next monday", "wait until monday"),
    (STEP, "wait until 09:00 tomorrow", "wait until 09:00"),
    (STEP, "wait for 3 days", "wait 3 days"),
    (STEP, "wait for click", None),
    # -- Sending
    (STEP, 'send "thanks"', None),
    (STEP, 'send email to "thanks"', 'send email "thanks"'),
    (STEP, 'send an email "thanks"', 'send email "thanks"'),
    (STEP, "send email", None),
    (STEP, 'send email "one", "two"', None),
    (STEP, 'send email next of "one", "two", again after 8 weeks', 'send email next of "one", "two" again after 8 weeks'),
    (STEP, 'send email next of "one" "two"', 'send email next of "one", "two"'),
    (STEP, 'send email "thanks" to customer', None),
    (STEP, 'send email "thanks" after 3 days', None),
    (STEP, 'send email "thanks" if any(click)', None),
    (STEP, 'send email "thanks" subject "Thank you"', None),
    (CLAUSE, "subject Thank you", 'subject "Thank you"'),
    # -- Steps
    (BLOCK, "unless any(click)", "if not (any(click))"),
    (BLOCK, "if any(click) then", "if any(click)"),
    (STEP, "else", None),
    ("flow thanks\n  on order\n  {}\n    wait 1 day\n", "repeat 3", "repeat 3 times"),
    (STEP, 'add tag "warm"', 'tag "warm"'),
    (STEP, 'remove tag "warm"', 'untag "warm"'),
    (STEP, "add 10 points", None),
    (STEP, "take 10 points", None),
    (STEP, 'set customer.country to "IT"', 'set customer.country = "IT"'),
    # -- Conditions
    (HEADER, "for customer is loyal", "for loyal"),
    (HEADER, "for customer is not loyal", "for not loyal"),
    (CONDITION, 'customer.country is not "IT"', 'customer.country != "IT"'),
    (CONDITION, 'customer.country is "IT"', 'customer.country = "IT"'),
    (CONDITION, "count(order) is more than 3", "count(order) > 3"),
    (CONDITION, "count(order) less than 3", "count(order) < 3"),
    (CONDITION, "count(order) is at least 3", "count(order) >= 3"),
    (CONDITION, "count(order) at most 3", "count(order) <= 3"),
    (CONDITION, 'customer has tag "warm"', 'customer.tags contains "warm"'),
    (CONDITION, "count order > 3", "count(order) > 3"),
    (CONDITION, "number of orders > 3", "count(order) > 3"),
    (CONDITION, "order in the last 30 days", "any(order in the last 30 days)"),
    (
        CONDITION,
        "any(order where total > 3 EUR in the last 30 days)",
        "any(order in the last 30 days where total > 3 EUR)",
    ),
    (CONDITION, "3 < count(order) < 5", None),
)


def finding(frame: str, line: str) -> Diagnostic:
    (one,) = parse(Source("test.flow", frame.format(line))).diagnostics
    return one


def row(one: Diagnostic) -> int:
    """Give the number of the row that speaks of a finding."""
    source, at = one.span.source, one.span.start
    number, column = one.span.place
    start = at - column + 1 + len(source.indent(at))
    text = f"{source.text[start:at]}{MARK}{source.line(number)[column - 1 :].rstrip()}"
    return next(number for number, (pattern, *_) in enumerate(hints._rows()) if pattern.search(text))


def applied(one: Diagnostic) -> str:
    (edit,) = one.fix
    text = edit.span.source.text
    return text[: edit.span.start] + edit.text + text[edit.span.end :]


def spaced(text: str) -> str:
    return re.sub(r" +", " ", text).strip()


@pytest.mark.parametrize(("frame", "line", "meant"), LINES, ids=[line for _, line, _ in LINES])
def test_a_slip_is_answered_with_the_line_that_is_meant(frame: str, line: str, meant: str | None) -> None:
    one = finding(frame, line)
    assert one.code in ("F0202", "F0204")
    assert one.help
    if meant is None:
        assert one.fix == ()
    else:
        assert spaced(applied(one)) == spaced(frame.format(meant))


@pytest.mark.parametrize(("frame", "line"), [(frame, line) for frame, line, meant in LINES if meant is not None])
def test_the_line_that_is_written_can_be_read(frame: str, line: str) -> None:
    assert parse(Source("test.flow", applied(finding(frame, line)))).diagnostics == ()


def test_every_row_of_the_table_is_met() -> None:
    met = {row(finding(frame, line)) for frame, line, _ in LINES}
    missing = set(range(len(hints._rows()))) - met
    assert [hints._TABLE[number][0] for number in sorted(missing)] == []


def test_every_row_writes_a_line_or_says_what_to_do() -> None:
    assert [says for _, says, write, help in hints._TABLE if not (write or help)] == []
