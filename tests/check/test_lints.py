"""What a marketing checker warns of, what looks like it and is fine, and how an author says that a warning is known."""

from __future__ import annotations

import pytest

from cadenza.check.checker import check
from cadenza.data.zone_names import names
from cadenza.project import Reader
from cadenza.syntax.source import Source
from tests.support.folders import ROOT
from tests.support.scenarios import checked, codes

_ON_ORDER = "flow a\n  on order\n"
_WELCOME = 'flow welcome\n  on signup\n  send email "welcome"\n'
_ON_SIGNUP = "flow a\n  on signup\n  leave on order\n"
_WEEKLY = f'shop "A"\n  at most 1 message per 7 days\n{_ON_SIGNUP}'
_TWO_DAYS = f'{_ON_SIGNUP}  send email "a"\n    coupon "x" 10% off for 2 days\n'


def with_condition(condition: str) -> str:
    return f'{_ON_ORDER}  if {condition}\n    tag "x"\n'


WARNED = {
    "W0101": [
        with_condition("count(order) < 0"),
        with_condition("count(order) > 3 and count(order) <= 3"),
        with_condition("count(order) = 1 and not any(order)"),
        with_condition('customer.country = "IT" and customer.country = "DE"'),
        with_condition("(customer.gender is known or count(order) > 1) and count(order) < 0"),
        with_condition("time since last(order) < 2 days and time since last(order) > 3 days"),
        with_condition("average(order.total) > 50 EUR and not (average(order.total) > 20 EUR)"),
        with_condition('count(order) > 2\n    tag "y"\n  else if count(order) > 2'),
        with_condition('count(order) > 2\n    tag "y"\n  else if count(order) >= 5'),
        with_condition('count(order) < 3\n    tag "y"\n  else if count(order) >= 3\n    tag "z"\n  else if count(order) = 7'),
        f'{_ON_ORDER}  if count(order) < 3\n    tag "y"\n  else if count(order) >= 3\n    tag "z"\n  else\n    tag "x"\n',
        'flow a\n  on order where total > 50 EUR and total < 20 EUR\n  tag "x"\n',
        'segment nobody where count(order) > 3 and count(order) < 2\nflow a\n  on order\n  for nobody\n  tag "x"\n',
        f'{_ON_ORDER}  send email "a"\n    subject "A" if count(order) < 0\n    subject "B"\n',
    ],
    "W0102": [
        with_condition("count(order) >= 0"),
        with_condition("count(order) < 3 or count(order) > 2"),
        'flow a\n  on order\n  for not (count(click) < 0)\n  tag "x"\n',
    ],
    "W0103": [
        'flow a\n  on order\n  for count(order) = 0\n  tag "x"\n',
        'flow a\n  on order or review\n  for not any(order or review in the last 3 days)\n  tag "x"\n',
        'flow a\n  on order where count(order) < 1\n  tag "x"\n',
        'flow a\n  when count(order) >= 3\n  while count(order) < 3\n  tag "x"\n',
        'segment new where count(order) <= 1\nflow a\n  when count(order) >= 3\n  for new\n  tag "x"\n',
    ],
    "W0104": [
        'flow a\n  every monday at 09:00\n  for time since last(click) > 90 days\n  tag "x"\n',
        with_condition("not (time since last(visit) < 1 month) and count(order) > 1"),
        'flow a\n  on order\n  leave when time since last(open) >= 60 days\n  wait 3 weeks\n  tag "x"\n',
    ],
    "W0201": [
        'flow a\n  on order\n  while time since trigger < 45 days\n  wait 30 days\n  tag "x"\n  wait 15 days\n  tag "y"\n',
        (
            "flow a\n  when time since last(order) >= 21 days\n  while time since last(order) < 45 days\n  leave on order\n"
            '  send email "a"\n  wait 24 days\n  send email "b"\n'
        ),
        'flow a\n  on visit\n  while time since last(order) < 45 days\n  wait 60 days\n  tag "x"\n',
        'flow a\n  on order\n  leave when time since trigger > 2 months\n  wait for click up to 3 months\n  else\n    tag "x"\n',
    ],
    "W0202": [
        'flow a\n  on signup\n  send email "a"\n  wait 3 days\n  send email "b"\n',
        'flow a\n  on cart\n  repeat 3 times\n    send email "a"\n    wait 1 day\n',
        'flow a\n  on cart\n  goal order within 3 days\n  send email "a"\n  wait until 10:00\n  send sms "b"\n',
    ],
    "W0203": [
        f'{_WEEKLY}  send email "a"\n  wait 3 days\n  send email "b"\n',
        'flow a\n  on signup\n  at most 1 email per day\n  send email "a"\n  tag "x"\n  send email "b"\n',
        (
            f'shop "A"\n  at most 1 message per 7 days, else wait up to 2 days\n{_ON_SIGNUP}'
            '  send email "a"\n  wait 4 days\n  send email "b"\n'
        ),
        f'{_WEEKLY}  send email "a"\n  wait until 10:00\n  send sms "b"\n',
    ],
    "W0204": [
        f'{_TWO_DAYS}  wait 2 days\n  send email "b"\n    coupon "x"\n',
        f'{_ON_SIGNUP}  issue coupon "x" 10% off for 1 week\n  wait 1 month\n  send email "b"\n    coupon "x"\n',
        f'{_TWO_DAYS}  wait for click up to 3 days\n  else\n    send email "b"\n      coupon "x"\n',
    ],
    "W0301": [
        'flow a\n  on sent "a"\n  enter every time\n  send email "a"\n',
        'flow a\n  on order\n  send email "a"\n  start b\nflow b\n  on visit\n  tag "x"\n  start a\n',
        'flow a\n  on sent "b"\n  wait 1 day\n  send email "a"\nflow b\n  on sent "a"\n  wait 1 day\n  send sms "b"\n',
    ],
    "W0302": [
        'flow a\n  on order\n  send email "a"\nflow b\n  on order\n  send email "b"\n',
        (
            'flow a\n  every monday at 09:00\n  for count(order) > 1\n  send email "a"\n'
            'flow b\n  every monday at 09:00\n  for count(order) > 1\n  wait 1 hour\n  send email or sms "b"\n'
        ),
    ],
    "W0303": [
        'flow a\n  on order\n  group cycle\n  tag "x"\n',
        'flow a(after = 3 days)\n  on order\n  wait after\n  tag "x"\nflow b\n  on visit\n  group cycle\n  tag "y"\n',
    ],
    "W0401": [
        f'{_WELCOME}flow a\n  on click "welcom"\n  tag "x"\n',
        f'{_WELCOME}flow a\n  on order\n  if count(open "spring" in the last 3 days) = 0\n    tag "x"\n',
        f'{_WELCOME}event seen = open "hello" or visit\nflow a\n  on seen\n  tag "x"\n',
    ],
    "W0402": [
        f"segment loyal where count(order) > 3\n{_WELCOME}",
        f"value spent = sum(order.total)\n{_WELCOME}",
        f"event touch = open or click\n{_WELCOME}",
        'flow a(after = 3 days)\n  on order\n  tag "x"\n',
        "segment loyal(orders = 3) where count(order) > 3\n",
    ],
}

FINE = {
    "W0101": [
        with_condition("count(order) < 1"),
        with_condition("count(order) > 3 and count(order) <= 4"),
        with_condition("count(order in the last 3 days) > 3 and count(order) <= 4"),
        with_condition('customer.country = "IT" or customer.country = "DE"'),
        with_condition('customer.gender != "m" and customer.gender != "f"'),
        with_condition("time since last(order) < 31 days and time since last(order) > 1 month"),
        with_condition('count(order) > 5\n    tag "y"\n  else if count(order) > 2'),
        with_condition('average(order.total) < 5 EUR\n    tag "y"\n  else if average(order.total) >= 5 EUR')
        + '  else\n    tag "never ordered"\n',
        with_condition('count(order) < 3\n    tag "y"\n  else if count(order) >= 3'),
        'flow a(least = 3)\n  on order\n  if count(order) > 4 and count(order) < least\n    tag "x"\n',
    ],
    "W0102": [
        with_condition("count(order) >= 1"),
        with_condition("average(order.total) < 3 EUR or average(order.total) >= 3 EUR"),
        'flow a(least = 0)\n  on order\n  if count(order) >= least\n    tag "x"\n',
    ],
    "W0103": [
        'flow a\n  on order\n  for count(order) = 1\n  tag "x"\n',
        'flow a\n  on order\n  for count(order where total > 30 EUR) = 0\n  tag "x"\n',
        'flow a\n  on cart\n  for count(order) = 0\n  tag "x"\n',
        'flow a\n  on order or review\n  for count(order) = 0\n  tag "x"\n',
        'flow a\n  when count(order) >= 3\n  while count(order) < 30\n  tag "x"\n',
    ],
    "W0104": [
        'flow a\n  every monday at 09:00\n  for count(click) = 0 or time since last(click) > 90 days\n  tag "x"\n',
        'flow a\n  every monday at 09:00\n  for any(click) and time since last(click) > 90 days\n  tag "x"\n',
        'flow a\n  every monday at 09:00\n  for time since last(click) < 90 days\n  tag "x"\n',
        'flow a\n  when time since last(click) >= 30 days\n  tag "x"\n',
        'flow a\n  every monday at 09:00\n  for time since last(order) >= 30 days\n  tag "x"\n',
    ],
    "W0201": [
        'flow a\n  on order\n  while time since trigger < 45 days\n  wait 30 days\n  tag "x"\n  wait 14 days\n  tag "y"\n',
        'flow a\n  on visit\n  while time since last(order) < 45 days\n  wait 30 days\n  tag "x"\n  wait 30 days\n  tag "y"\n',
        'flow a\n  on order\n  leave when time since trigger > 2 months\n  wait for click up to 3 months\n    tag "x"\n',
    ],
    "W0202": [
        'flow a\n  on signup\n  leave on order\n  send email "a"\n  wait 3 days\n  send email "b"\n',
        'flow a\n  on signup\n  while count(order) = 0\n  send email "a"\n  wait 3 days\n  send email "b"\n',
        'flow a\n  on signup\n  send email "a"\n  wait 3 days\n  if count(order) = 0\n    send email "b"\n',
        'flow a\n  on signup\n  send email "a"\n  wait for order up to 3 days\n    tag "x"\n  else\n    send email "b"\n',
        'flow a\n  on signup\n  send email "a"\n  wait 3 days\n  tag "x"\n',
        'flow a\n  on order\n  send email "a"\n  wait 3 days\n  send email "b"\n    transactional\n',
    ],
    "W0203": [
        f'{_WEEKLY}  send email "a"\n  wait 7 days\n  send email "b"\n',
        f'{_WEEKLY}  if count(visit) > 3\n    send email "a"\n  else\n    send email "b"\n',
        (
            f'shop "A"\n  at most 1 message per 7 days, else wait up to 5 days\n{_ON_SIGNUP}'
            '  send email "a"\n  wait 4 days\n  send email "b"\n'
        ),
        f'shop "A"\n  at most 2 messages per 7 days\n{_ON_SIGNUP}  send email "a"\n  wait 1 day\n  send email "b"\n',
        f'shop "A"\n  at most 1 sms per 7 days\n{_ON_SIGNUP}  send email "a"\n  wait 1 day\n  send email "b"\n',
        f'{_WEEKLY}  send email "a"\n  wait until monday\n  send sms "b"\n    transactional\n',
    ],
    "W0204": [
        f'{_TWO_DAYS}  wait 47 hours\n  send email "b"\n    coupon "x"\n',
        f'{_TWO_DAYS}  wait 3 days\n  send email "b"\n    coupon "x" 10% off for 2 days\n',
        f'{_TWO_DAYS}  wait 3 days\n  send email "b"\n    coupon "x"\nflow b\n  on order\n  issue coupon "x" 5% off\n',
        f'{_TWO_DAYS}  wait for click up to 3 days\n    send email "b"\n      coupon "x"\n',
    ],
    "W0301": [
        'flow a\n  on sent "a"\n  send email "a"\n',
        'flow a\n  on sent "a"\n  enter every time\n  send email next of "a", "b"\n',
        'flow a\n  on order\n  send email "a"\n  wait 7 days\n  start b\nflow b\n  on visit\n  tag "x"\n  start a\n',
        'flow a\n  on order\n  enter once\n  send email "a"\n  start b\nflow b\n  on visit\n  tag "x"\n  start a\n',
        'flow a\n  on order\n  tag "a"\n  start b\nflow b\n  on visit\n  tag "x"\n  start a\n',
        'flow a\n  on sent "b"\n  at most 1 email per day\n  send email "a"\nflow b\n  on sent "a"\n  send sms "b"\n',
    ],
    "W0302": [
        'flow a\n  on order\n  group g\n  send email "a"\nflow b\n  on order\n  group g\n  send email "b"\n',
        'flow a\n  on order\n  for count(order) = 1\n  send email "a"\nflow b\n  on order\n  send email "b"\n',
        'flow a\n  on order\n  send email "a"\nflow b\n  on order\n  wait 14 days\n  send email "b"\n',
        'flow a\n  on order\n  send email "a"\nflow b\n  on order\n  send onsite "b"\n',
        'flow a\n  on order\n  send email "a"\n    transactional\nflow b\n  on order\n  send email "b"\n',
        'flow a\n  on order\n  send email "a"\nflow b\n  on review\n  send email "b"\n',
    ],
    "W0303": [
        'flow a\n  on order\n  group cycle\n  tag "x"\nflow b\n  on visit\n  group cycle\n  tag "y"\n',
        'flow a(after = 3 days)\n  on order\n  group cycle\n  wait after\n  tag "x"\n',
    ],
    "W0401": [
        f'{_WELCOME}flow a\n  on click "welcome"\n  tag "x"\n',
        'flow a\n  on click "spring"\n  tag "x"\n',
        f'{_WELCOME}flow a\n  on visit "/pricing"\n  tag "x"\n',
        f'{_WELCOME}flow a\n  on click\n  tag "x"\n',
    ],
    "W0402": [
        "segment loyal where count(order) > 3\nvalue spent = sum(order.total)\nevent touch = open or click\n",
        'segment loyal where count(order) > 3\nflow a\n  on order\n  for loyal\n  tag "x"\n',
        'value spent = sum(order.total)\nflow a\n  on order\n  send email "a"\n    subject "Already {spent}"\n',
        'event touch = open or click\nsegment seen where any(touch)\nflow a\n  on order\n  for seen\n  tag "x"\n',
        'flow a(after = 3 days, list = "x")\n  on subscribe list\n  wait after\n  tag "x"\n',
    ],
}


def cases(table: dict[str, list[str]]) -> list[object]:
    return [pytest.param(code, text, id=f"{code}-{n}") for code, texts in table.items() for n, text in enumerate(texts, 1)]


@pytest.mark.parametrize(("code", "text"), cases(WARNED))
def test_a_program_is_warned_of_this_once_and_of_nothing_else(code: str, text: str) -> None:
    assert codes(text) == [code]


@pytest.mark.parametrize(("code", "text"), cases(FINE))
def test_a_program_that_looks_like_it_is_fine(code: str, text: str) -> None:
    del code
    assert codes(text) == []


@pytest.mark.parametrize("table", [WARNED, FINE])
def test_each_warning_has_two_programs_of_each_kind(table: dict[str, list[str]]) -> None:
    assert set(WARNED) == set(FINE)
    assert all(len(texts) >= 2 for texts in table.values())


def test_a_warning_leaves_the_program_runnable() -> None:
    assert checked(WARNED["W0303"][0]).program is not None


def test_an_error_comes_without_warnings() -> None:
    assert codes(f'{WARNED["W0303"][0]}  send fax "x"\n') == ["F0316"]


# -- Several files ----------------------------------------------------------------------------------------------------


def test_a_name_brought_in_and_never_used_is_found_where_it_is_brought_in() -> None:
    found = checked(f"use segments (loyal)\n{_WELCOME}", segments="segment loyal where count(order) > 3\n").diagnostics
    assert [(one.code, one.span.where) for one in found] == [("W0402", "test.flow:1")]


def test_a_name_that_another_file_uses_is_used() -> None:
    text = 'use other (loyal)\nflow b\n  on order\n  for loyal\n  tag "x"\n'
    assert codes(text, other=f"segment loyal where count(order) > 3\n{_WELCOME}") == []


def test_the_library_is_not_looked_at_when_it_is_used() -> None:
    library = Source("stdlib/lonely.flow", 'flow a\n  on order\n  group cycle\n  tag "x"\n')
    found = check([Source("test.flow", "use stdlib.lonely\n")], lambda user, path: library, names)
    assert found.diagnostics == ()


@pytest.mark.parametrize("path", ["examples/coffee_shop", "examples/grocery_year", "benchmarks/year.flow"])
def test_the_examples_give_no_warning(path: str) -> None:
    reader = Reader()
    assert check(reader.sources([ROOT / path]), reader.load, names).diagnostics == ()


@pytest.mark.parametrize("path", sorted((ROOT / "stdlib_flows").glob("*.flow")), ids=lambda path: path.stem)
def test_the_library_gives_no_warning_itself(path: object) -> None:
    reader = Reader()
    found = check(reader.sources([ROOT / str(path)]), reader.load, names).diagnostics
    assert [one.code for one in found if one.code.startswith("W")] == []


# -- Silences ---------------------------------------------------------------------------------------------------------

_LONELY = 'flow a\n  on order\n{above}  group cycle{after}\n  tag "x"\n'


def silenced(above: str = "", after: str = "") -> list[str]:
    return codes(_LONELY.format(above=f"{above}\n" if above else "", after=after))


@pytest.mark.parametrize(
    ("above", "after"),
    [
        ("", "  # cadenza: allow W0303, because the other flow comes in May"),
        ("  # cadenza: allow W0303, because the other flow comes in May", ""),
        ("# cadenza: allow W0303 because the other flow comes in May\n\n  # Another remark.", ""),
        ("", " # Cadenza: Allow W0303 — because: of May"),
    ],
)
def test_a_silence_with_a_reason_takes_a_warning_away(above: str, after: str) -> None:
    assert silenced(above, after) == []


@pytest.mark.parametrize(
    "comment", ["# cadenza: allow W0303", "# cadenza: allow W0303, because", "# cadenza:allow W0303, because …"]
)
def test_a_silence_without_a_reason_is_a_finding(comment: str) -> None:
    assert silenced(after=f"  {comment}") == ["W0901"]


def test_a_silence_of_another_line_is_unused() -> None:
    assert silenced(above="# cadenza: allow W0101, because of May") == ["W0902", "W0303"]


def test_a_silence_stands_for_its_own_line_alone() -> None:
    text = _LONELY.format(above="", after="").replace("on order", "on order # cadenza: allow W0303, because of May")
    assert codes(text) == ["W0902", "W0303"]


@pytest.mark.parametrize("code", ["W9999", "F0301", "W0902", ""])
def test_a_silence_of_what_cannot_be_silenced_is_a_finding(code: str) -> None:
    assert silenced(after=f"  # cadenza: allow {code}, because of May") == ["W0303", "W0903"]


def test_a_silence_may_name_several_warnings() -> None:
    comment = "# cadenza: allow W0303 and W0101, because of May"
    assert silenced(after=f"  {comment}") == ["W0902"]


def test_a_comment_that_only_mentions_cadenza_is_no_silence() -> None:
    assert silenced(after="  # cadenza allows this") == ["W0303"]
