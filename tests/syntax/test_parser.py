"""What the parser makes of words, places and mistakes."""

from __future__ import annotations

import pytest

from cadenza.syntax import nodes as n
from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.source import Source
from cadenza.syntax.tables import tables
from cadenza.syntax.walk import walk


def read(text: str) -> Parsed:
    return parse(Source("test.flow", text))


def findings(text: str) -> list[tuple[str, int]]:
    """Give the codes of what is wrong, with their lines."""
    return [(one.code, one.span.place[0]) for one in read(text).diagnostics]


def only(text: str) -> n.Flow:
    """Give the one flow of a text without mistakes."""
    parsed = read(text)
    assert parsed.diagnostics == ()
    (flow,) = parsed.module.statements
    assert isinstance(flow, n.Flow)
    return flow


def condition(text: str) -> n.Expression:
    parsed = read(f"segment a where {text}")
    assert parsed.diagnostics == ()
    (segment,) = parsed.module.statements
    assert isinstance(segment, n.Segment)
    return segment.where


# -- Soft keywords ----------------------------------------------------------------------------------------------------

WORDS = [*sorted(tables().words), "monday", "december", "days", "EUR"]


@pytest.mark.parametrize("word", WORDS)
def test_a_field_may_have_any_word_of_the_language_as_its_name(word: str) -> None:
    found = condition(f'customer.{word} = "x" and trigger.{word} is known')
    assert [one.name.text for one in walk(found) if isinstance(one, n.Member)] == [word, word]


@pytest.mark.parametrize("word", WORDS)
def test_a_field_of_any_name_may_be_declared(word: str) -> None:
    (field,) = read(f"field customer.{word}: text").module.statements
    assert isinstance(field, n.FieldDeclaration)
    assert field.name.text == word


@pytest.mark.parametrize("word", "order at open click send wait flow tag shop use per every stop on from points group".split())
def test_a_bare_field_of_an_event_may_be_called_like_a_keyword(word: str) -> None:
    found = condition(f"any(order where {word} = 3 or ({word} > 4))")
    assert [one.text for one in walk(found) if isinstance(one, n.Name)] == ["order", word, word]


@pytest.mark.parametrize("word", "order at wait flow tag send shop repeat subject if else".split())
def test_a_flow_called_like_a_keyword_is_read(word: str) -> None:
    flow = only(f'flow {word}\n  on order\n  start {word}\n  tag "a"')
    assert isinstance(flow.head, n.Head)
    assert flow.head.name.text == word


@pytest.mark.parametrize("word", ["count", "sum", "last", "any"])
def test_the_name_of_a_function_is_a_plain_name_where_no_parenthesis_follows(word: str) -> None:
    compared = condition(f"{word} = 3")
    assert isinstance(compared, n.Compare)
    assert isinstance(compared.left, n.Name)


def test_time_is_a_field_and_the_start_of_time_since() -> None:
    either = condition("time = 3 or time since last(order) > 3 days")
    assert isinstance(either, n.Or)
    first, second = (part.left for part in either.parts if isinstance(part, n.Compare))
    assert (type(first), type(second)) == (n.Name, n.TimeSince)


def test_three_capital_letters_are_a_currency_only_after_a_number() -> None:
    compared = condition("customer.VIP = 20 EUR")
    assert isinstance(compared, n.Compare)
    assert isinstance(compared.right, n.Money)
    assert isinstance(condition("VIP"), n.Name)


# -- Places -----------------------------------------------------------------------------------------------------------

FLOW = """\
flow thanks(pause = 2 days)
  "Say thank you."
  on order or click "welcome" where total >= 30 EUR
  leave when customer.country != "IT"
  wait pause
  send email or sms "thanks"
    subject "Hello {customer.first_name else 'you'}" if yes
  if not any(order.items in the last 3 days)
    tag "warm"
  else
    add 3 * 2 points to customer.score for 1 year
"""


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (n.Head, "thanks(pause = 2 days)"),
        (n.Parameter, "pause = 2 days"),
        (n.On, 'on order or click "welcome" where total >= 30 EUR'),
        (n.EventName, "order"),
        (n.Compare, "total >= 30 EUR"),
        (n.Money, "30 EUR"),
        (n.LeaveWhen, 'leave when customer.country != "IT"'),
        (n.Member, "customer.country"),
        (n.Wait, "wait pause"),
        (n.Interpolation, "customer.first_name else 'you'"),
        (n.Subject, "subject \"Hello {customer.first_name else 'you'}\" if yes"),
        (n.Negation, "not any(order.items in the last 3 days)"),
        (n.Aggregate, "any(order.items in the last 3 days)"),
        (n.InTheLast, "in the last 3 days"),
        (n.Tag, 'tag "warm"'),
        (n.AddPoints, "add 3 * 2 points to customer.score for 1 year"),
        (n.Arithmetic, "3 * 2"),
    ],
)
def test_a_node_knows_exactly_the_text_it_came_from(kind: type[n.Node], text: str) -> None:
    first = next(one for one in walk(only(FLOW)) if isinstance(one, kind))
    assert first.span.text == text


def test_a_block_ends_with_its_last_word() -> None:
    flow = only(FLOW)
    assert flow.span.text == FLOW.rstrip()
    assert next(one for one in walk(flow) if isinstance(one, n.Send)).span.text.endswith("'you'}\" if yes")


def test_every_node_lies_within_the_node_above_it() -> None:
    for node in walk(only(FLOW)):
        for inner in walk(node.fields()):
            assert node.span.start <= inner.span.start <= inner.span.end <= node.span.end


def test_nodes_are_equal_by_what_they_say_and_not_by_their_place() -> None:
    assert only(FLOW) == only(f"# a remark\n\n{FLOW.replace('  wait', '  wait  ')}")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("segment a where count(order) >= ", ""),
        ("segment a where count(order) >= 3 cups", "cups"),
        ("flow x\n  on order\n  wait 2 dyas", "dyas"),
        ('flow x\n  on order\n  sned email "a"', "sned"),
        ("flow x\n  on order\n  tag", ""),
    ],
)
def test_a_finding_marks_the_word_that_does_not_fit(text: str, marked: str) -> None:
    assert [one.span.text for one in read(text).diagnostics] == [marked]


# -- Texts ------------------------------------------------------------------------------------------------------------


def test_a_text_alone_below_the_head_is_what_the_block_is_about() -> None:
    doc = only(FLOW).doc
    assert doc is not None
    assert doc.value == "Say thank you."


@pytest.mark.parametrize(
    "text",
    [
        'shop "A"\n  "About the shop."\n  currency EUR',
        'segment a\n  "About the segment."\n  count(order) > 3',
        'value a\n  "About the value."\n  3 if any(order)\n  else 4',
        'flow a\n  "About the flow."\n  on order\n  tag "a"',
    ],
)
def test_every_block_may_begin_with_what_it_is_about(text: str) -> None:
    parsed = read(text)
    (statement,) = parsed.module.statements
    assert parsed.diagnostics == ()
    assert isinstance(statement, n.Shop | n.SegmentBlock | n.ValueBlock | n.Flow)
    assert statement.doc is not None


def test_a_case_that_begins_with_a_text_is_no_text_about_the_block() -> None:
    (value,) = read('value level\n  "gold" if count(order) > 3\n  else "bronze"').module.statements
    assert isinstance(value, n.ValueBlock)
    assert value.doc is None


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("plain", ()),
        ("{{ and }}", ("{ and }",)),
        ("a {x} b", ("a ", "x", " b")),
        ("{x}{y}", ("x", "y")),
        ("{{{x}}}", ("{", "x", "}")),
        ("{customer.name else 'you'}!", ("customer.name else 'you'", "!")),
        ("{sum(order.total in the last 3 days)}", ("sum(order.total in the last 3 days)",)),
    ],
)
def test_a_text_is_cut_at_its_braces(written: str, parts: tuple[str, ...]) -> None:
    text = next(one for one in walk(only(f'flow x\n  on order\n  tag "{written}"')) if isinstance(one, n.Text))
    assert tuple(part if isinstance(part, str) else part.span.text for part in text.parts) == parts


@pytest.mark.parametrize(
    ("written", "code", "marked"),
    [
        ("a {x", "F0114", "{"),
        ("a x}", "F0115", "}"),
        ("a {}", "F0116", "{}"),
        ("a {  }", "F0116", "{  }"),
        ("a {x y}", "F0202", "y"),
        ("a {x >}", "F0204", ""),
        ("a {x == 3}", "F0107", "=="),
        ("a {customer.name else }", "F0204", ""),
    ],
)
def test_a_mistake_between_braces_is_found_at_its_place(written: str, code: str, marked: str) -> None:
    text = f'flow x\n  on order\n  tag "{written}"'
    (one,) = read(text).diagnostics
    assert (one.code, one.span.text, one.span.place[0]) == (code, marked, 3)
    assert text.index('"') < one.span.start < len(text)


# -- Mistakes ---------------------------------------------------------------------------------------------------------


def test_every_mistake_of_a_file_is_found_once() -> None:
    text = """\
segment a where count(order) >=
segment b where customer.country == "IT"
flow one
  on order then no click
  wiat 2 days
  if any(click)
  tag "a
  send email
    subject Hello
flow two
  every monday 09:00
  wait 2 dyas
  tag “b”
valeu c = 3 3
"""
    assert findings(text) == [
        ("F0204", 1),
        ("F0107", 2),
        ("F0204", 4),
        ("F0201", 5),
        ("F0205", 6),
        ("F0104", 7),
        ("F0204", 8),
        ("F0202", 11),
        ("F0201", 12),
        ("F0103", 13),
        ("F0201", 14),
        ("F0202", 14),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "if any(click",
        "if",
        "if total >",
        "if click then",
        "repeat often",
        "repeat",
        "wait for",
        "wait for click",
        "wait until",
        "else if yes",
        "otherwise",
        "split by country",
        "when it rains",
        "perhaps",
    ],
)
def test_a_line_that_is_not_understood_does_not_hide_the_block_below_it(broken: str) -> None:
    parsed = read(
        f'flow x\n  on order\n  {broken}\n    tag "inside"\n    wiat 2 days\n  tag "after"\nflow y\n  on click\n  tag "z"'
    )
    lines = [one.span.place[0] for one in parsed.diagnostics]
    assert lines in ([3, 5], [3])
    tags = [one.name.value for one in walk(parsed.module) if isinstance(one, n.Tag) and isinstance(one.name, n.Text)]
    assert tags[-2:] == ["after", "z"]


@pytest.mark.parametrize("header", ["shop Aurora", "segment 3", "flow a b c", "value", "event", "use", "field", "polka"])
def test_a_statement_that_is_not_understood_leaves_the_next_one_as_it_is(header: str) -> None:
    parsed = read(f'{header}\nflow y\n  on click\n  tag "z"')
    assert {one.span.place[0] for one in parsed.diagnostics} == {1}
    assert isinstance(parsed.module.statements[-1], n.Flow)


@pytest.mark.parametrize(
    "text",
    [
        'shop "A"',
        "flow x",
        "segment x",
        "value x",
        "flow x\n  on order\n  if any(click)",
        'flow x\n  on order\n  if any(click)\n    tag "a"\n  else',
        "flow x\n  on order\n  repeat 3 times",
        "segment x\n  any of",
    ],
)
def test_a_block_that_is_missing_at_the_end_of_a_file_is_found(text: str) -> None:
    assert findings(text) == findings(f"{text}\n") == [("F0205", len(text.splitlines()))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('flow x\non order\nenter once\ntag "a"\nflow y\n  on click\n  wiat 2 days', [("F0205", 1), ("F0201", 7)]),
        (
            "polka x\n  on order\n  enter once\n  wiat 2 days\nflow y\n  on click\n  perhaps",
            [("F0202", 1), ("F0201", 4), ("F0202", 7)],
        ),
        ('flow x\n  on order\n  if any(click)\n  perhaps\n  tag "a"\n  perhaps', [("F0205", 3), ("F0202", 6)]),
        ("segment a where (", [("F0109", 1)]),
        ("flow x(", [("F0109", 1)]),
        ('flow x\n  on order\n  send email "a"\n    subject Thank you!', [("F0202", 4)]),
        ('flow x\n  on order\n  wait for\n    tag "a"', [("F0204", 3)]),
    ],
)
def test_what_follows_from_a_mistake_is_not_reported(text: str, expected: list[tuple[str, int]]) -> None:
    assert findings(text) == expected


def test_what_stands_above_a_missing_block_is_still_read() -> None:
    parsed = read("segment a where count(order) >= 3\nflow x")
    assert [type(one) for one in parsed.module.statements] == [n.Segment, n.Flow]


def test_a_file_may_begin_with_its_edition() -> None:
    assert read('cadenza 1\nflow x\n  on order\n  tag "a"').module.edition == 1


def test_the_parser_goes_as_deep_as_a_person_would() -> None:
    nested = "".join(f"{'  ' * depth}if any(click)\n" for depth in range(1, 40))
    flow = only(f'flow x\n  on order\n{nested}{"  " * 40}tag "a"')
    assert sum(isinstance(one, n.If) for one in walk(flow)) == 39


def test_a_long_chain_of_conditions_is_read() -> None:
    either = condition(" or ".join(["any(click)"] * 3000))
    assert isinstance(either, n.Or)
    assert len(either.parts) == 3000
