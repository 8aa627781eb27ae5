"""Slips that marketers make: what they read about each, and that following it makes the program better."""

from __future__ import annotations

from itertools import groupby

import click
import pytest
from syrupy.assertion import SnapshotAssertion

from cadenza.report.findings import pretty
from cadenza.syntax.diagnostics import Diagnostic, Severity
from tests.support.scenarios import checked

HEADER = 'segment loyal where count(order) >= 3\n\nflow thanks\n  {}\n  tag "buyer"\n'
STEP = 'segment loyal where count(order) >= 3\n\nflow thanks\n  on order\n  {}\n  tag "buyer"\n'
CONDITION = "segment chosen where {}\n"
SHOP = 'shop "Aurora"\n  {}\n'

SLIPS: dict[str, str] = {
    "wrong unit": STEP.format("wait 2 dayss"),
    "a unit of another language": STEP.format("wait 2 giorni"),
    "a short unit": STEP.format("wait 30 min"),
    "no unit": STEP.format("wait 30"),
    "half a day": STEP.format("wait 1.5 days"),
    "a number in words": STEP.format("wait two days"),
    "and between units": STEP.format("wait 1 hour and 30 minutes"),
    "waiting for a length": STEP.format("wait for 2 days"),
    "waiting for ever": STEP.format("wait for click"),
    "another word for waiting": STEP.format("delay 3 days"),
    "a time with pm": STEP.format("wait until 6pm"),
    "no closing quote": STEP.format('send email "thanks'),
    "curly quotes": STEP.format("send email “thanks”"),
    "single quotes": STEP.format("send email 'thanks'"),
    "a message without quotes": STEP.format("send email thanks"),
    "no channel": STEP.format('send "thanks"'),
    "a channel that is none": STEP.format('send mail "thanks"'),
    "a message to somebody": STEP.format('send email "thanks" to customer'),
    "a message with a time": STEP.format('send email "thanks" after 2 days'),
    "a clause on the same line": STEP.format('send email "thanks" subject "Thank you"'),
    "a comma before again": STEP.format('send email next of "a", "b", again after 8 weeks'),
    "a subject without quotes": STEP.format('send email "thanks"\n    subject Thank you!'),
    "a misspelt field in a text": STEP.format('send email "thanks"\n    subject "Hello {customer.frist_name}"'),
    "a brace that is left open": STEP.format('send email "thanks"\n    subject "Hello {customer.first_name"'),
    "a double equals sign": CONDITION.format('customer.country == "IT"'),
    "is for equals": CONDITION.format('customer.country is "IT"'),
    "a text without quotes": CONDITION.format("customer.country = Italy"),
    "an alternative without its left side": CONDITION.format('customer.country = "IT" or "SM"'),
    "signs for and": CONDITION.format("any(order) && any(click)"),
    "more than": CONDITION.format("count(order) more than 3"),
    "no parentheses": CONDITION.format("count order > 3"),
    "a bare stream": CONDITION.format("order in the last 30 days"),
    "a sum of events": CONDITION.format("sum(order) > 100 EUR"),
    "an amount without currency": CONDITION.format("sum(order.total) > 100"),
    "a price with a comma": CONDITION.format("sum(order.total) > 19,90 EUR"),
    "a thousand with a dot": CONDITION.format("sum(order.total) > 1.250 EUR"),
    "a sign for the currency": CONDITION.format("sum(order.total) > €100"),
    "the name of a currency": CONDITION.format("sum(order.total) > 100 euros"),
    "a date with slashes": CONDITION.format("any(order since 3/4/2026)"),
    "a date that can only be one": CONDITION.format("any(order since 27/11/2026)"),
    "a day that does not exist": CONDITION.format("any(order since 2026-02-30)"),
    "a time that is met for an instant": CONDITION.format("time since last(order) = 30 days"),
    "a field of no customer": CONDITION.format('customer.contry = "IT"'),
    "a field without its owner": CONDITION.format('country = "IT"'),
    "a bracket that is left open": CONDITION.format("count(order) >= 3 and (any(click) or any(open)"),
    "a segment of the customer": HEADER.format("on order\n  for customer is loyal"),
    "a misspelt segment": HEADER.format("on order\n  for loyl"),
    "a comma between events": HEADER.format("on order, click"),
    "an event of another tool": HEADER.format("on purchase"),
    "without for no": HEADER.format("on cart without order"),
    "no hour after at": HEADER.format("every monday at 9"),
    "every two weeks": HEADER.format("every 2 weeks"),
    "another word for leaving": HEADER.format("on order\n  exit on return"),
    "a header below a step": STEP.format('tag "new"\n  leave on return'),
    "a flow in quotes": 'flow "Thank you"\n  on order\n  tag "buyer"\n',
    "a flow of several words": 'flow thank you\n  on order\n  tag "buyer"\n',
    "a colon at the end": 'flow thanks:\n  on order\n  tag "buyer"\n',
    "nothing is indented": 'flow thanks\non order\ntag "buyer"\n',
    "a tab": 'flow thanks\n\ton order\n\ttag "buyer"\n',
    "too deep": 'flow thanks\n  on order\n    tag "buyer"\n',
    "between two levels": 'flow thanks\n  on order\n  if any(click)\n     tag "a"\n   tag "b"\n',
    "no block": STEP.format("if any(click)"),
    "then": STEP.format('if any(click) then\n    tag "a"'),
    "else alone": STEP.format('else\n    tag "a"'),
    "else of another language": STEP.format('if any(click)\n    tag "a"\n  elif any(open)\n    tag "b"'),
    "otherwise": STEP.format('if any(click)\n    tag "a"\n  otherwise\n    tag "b"'),
    "a tag without quotes": STEP.format("tag warm"),
    "set to": STEP.format('set customer.country to "IT"'),
    "points of no score": STEP.format("add 10 points"),
    "a repeat without a wait": STEP.format('repeat 3 times\n    send email "miss"'),
    "a misspelt word": STEP.format('sned email "thanks"'),
    "hours without minutes": SHOP.format("quiet hours 21 to 8"),
    "a dash between hours": SHOP.format("quiet hours 21:00-08:00"),
    "another word for a limit": SHOP.format("max 3 messages per week"),
    "a city that names no zone": SHOP.format("time zone Europe/Milan"),
    "a word that begins no line": "polka thanks\n  on order\n  tag warm\n",
}


def found(text: str) -> tuple[Diagnostic, ...]:
    """Give the errors of a text; what a lint says once they are gone is another matter."""
    return tuple(one for one in checked(text).diagnostics if one.severity is Severity.ERROR)


def mended(text: str, diagnostics: tuple[Diagnostic, ...]) -> str:
    """Apply all fixes, the last first, so that the places of the others stay."""
    edits = sorted({(edit.span.start, edit.span.end, edit.text) for one in diagnostics for edit in one.fix}, reverse=True)
    for start, end, new in edits:
        text = text[:start] + new + text[end:]
    return text


FIXED = [name for name, text in SLIPS.items() if any(one.fix for one in found(text))]


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_said_in_words_that_a_marketer_reads(name: str, snapshot: SnapshotAssertion) -> None:
    assert click.unstyle(pretty(found(SLIPS[name]))) == snapshot


@pytest.mark.parametrize("name", SLIPS)
def test_every_finding_says_what_to_do(name: str) -> None:
    assert found(SLIPS[name]) != ()
    assert [one.message for one in found(SLIPS[name]) if not one.help] == []


@pytest.mark.parametrize("name", SLIPS)
def test_no_message_speaks_of_the_inside_of_the_program(name: str) -> None:
    for one in found(SLIPS[name]):
        words = f"{one.message} {one.help}"
        assert not any(word in words for word in ("token", "_NL", "INDENT", "None", "Mistake", "$END", "NAME", "STRING"))


@pytest.mark.parametrize("name", SLIPS)
def test_one_line_has_one_finding(name: str) -> None:
    places = [one.span.place[0] for one in found(SLIPS[name])]
    assert [line for line, group in groupby(places) if len(list(group)) > 1] == []


@pytest.mark.parametrize("name", FIXED)
def test_what_a_finding_offers_to_write_puts_it_right(name: str) -> None:
    text = SLIPS[name]
    offered = [(one.code, one.span.place[0]) for one in found(text) if one.fix]
    left = [(one.code, one.span.place[0]) for one in found(mended(text, found(text)))]
    assert [one for one in offered if one in left] == []
    assert len(left) < len(found(text))
