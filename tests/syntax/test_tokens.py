"""How a text becomes tokens and blocks, whatever it was pasted from."""

from __future__ import annotations

import pytest

from cadenza.syntax import nodes as n
from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.source import Source
from cadenza.syntax.tokens import Findings, tokens

PLAIN = """\
flow thanks
  on order where total >= 30 EUR
  if any(click in the last 3 days)
    send email "thanks"
      subject "Thank you"
  else
    wait 2 days
  tag "buyer"
"""


def read(text: str) -> Parsed:
    return parse(Source("test.flow", text))


def found(text: str) -> list[str]:
    return [one.code for one in read(text).diagnostics]


def kinds(text: str) -> list[str]:
    return [token.kind for token in tokens(Findings(Source("test.flow", text)))]


def test_layout_tokens_have_no_width_and_stand_where_the_new_line_begins() -> None:
    text = 'flow x\n  on order\n\n  # a remark\n  tag "a"\nflow y\n'
    layout = [one for one in tokens(Findings(Source("test.flow", text))) if one.kind in ("_INDENT", "_DEDENT")]
    assert [(one.kind, one.start, one.end) for one in layout] == [("_INDENT", 9, 9), ("_DEDENT", 42, 42)]


def test_a_line_end_is_given_at_the_end_of_a_file_without_one() -> None:
    assert kinds('tag "a"') == kinds('tag "a"\n') == ["NAME", "STRING", "_NL"]


def test_all_open_blocks_are_closed_at_the_end() -> None:
    assert kinds("a\n  b\n    c")[-3:] == ["_NL", "_DEDENT", "_DEDENT"]


@pytest.mark.parametrize("text", ["", "\n", "   ", "\n\n  \n", "# only a remark", "\ufeff", "\r\n\r\n", "\t\n"])
def test_a_file_that_says_nothing_has_no_tokens_and_no_findings(text: str) -> None:
    assert (kinds(text), found(text)) == ([], [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_gives_the_same_program(end: str) -> None:
    other = read(PLAIN.replace("\n", end))
    assert other.diagnostics == ()
    assert other.module == read(PLAIN).module


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts_lines_alike(end: str) -> None:
    (one,) = read(PLAIN.replace("days)", "dyas)").replace("\n", end)).diagnostics
    assert one.span.place[0] == 3


def test_a_mark_of_the_byte_order_is_passed_over() -> None:
    assert read("\ufeff" + PLAIN).module == read(PLAIN).module
    assert found("\ufeff" + PLAIN) == []


@pytest.mark.parametrize("place", range(len(PLAIN.splitlines()) + 1))
@pytest.mark.parametrize("line", ["", "      ", "# at the edge", "   # three in", "\t# after a tab", "            # far in"])
def test_blank_lines_and_remarks_may_stand_anywhere(place: int, line: str) -> None:
    lines = PLAIN.splitlines()
    other = read("\n".join([*lines[:place], line, *lines[place:]]))
    assert other.diagnostics == ()
    assert other.module == read(PLAIN).module


def test_a_remark_may_end_any_line_and_is_kept() -> None:
    commented = "\n".join(f"{line}  # remark {number}" for number, line in enumerate(PLAIN.splitlines(), 1))
    other = read(commented)
    assert other.module == read(PLAIN).module
    assert [one.span.text for one in other.comments] == [f"# remark {number}" for number in range(1, 9)]
    assert not any(one.alone for one in other.comments)


def test_a_remark_on_a_line_of_its_own_is_told_from_one_at_the_end() -> None:
    comments = read('# first\nflow x  # second\n  # third\n  on order\n  tag "a"').comments
    assert [(one.span.text, one.alone) for one in comments] == [("# first", True), ("# second", False), ("# third", True)]


def test_a_hash_in_a_text_begins_no_remark() -> None:
    parsed = read('flow x\n  on order\n  tag "number #1"')
    assert (parsed.diagnostics, parsed.comments) == ((), ())


def test_every_tab_at_the_start_of_a_line_is_reported_once_and_read_as_four_columns() -> None:
    parsed = read('flow x\n\ton order\n\tif any(click)\n\t\ttag "a"\n\ttag "b"')
    assert [(one.code, one.span.place) for one in parsed.diagnostics] == [("F0102", (line, 1)) for line in (2, 3, 4, 5)]
    assert parsed.module == read('flow x\n  on order\n  if any(click)\n    tag "a"\n  tag "b"').module


def test_a_tab_between_words_is_a_space() -> None:
    assert read('flow\tx\n  on\torder\n  tag\t"a"').diagnostics == ()


def test_tabs_and_spaces_that_look_alike_are_one_block() -> None:
    parsed = read('flow x\n    on order\n\ttag "a"\n    tag "b"')
    assert [(one.code, one.span.place) for one in parsed.diagnostics] == [("F0102", (3, 1))]
    assert len(parsed.module.statements) == 1


def test_a_line_between_two_blocks_is_reported_once_and_belongs_to_the_outer_one() -> None:
    parsed = read('flow x\n  on order\n  if any(click)\n    tag "a"\n   tag "b"\n   tag "c"\n  tag "d"')
    assert [(one.code, one.span.place) for one in parsed.diagnostics] == [("F0111", (5, 1))]
    (flow,) = parsed.module.statements
    assert isinstance(flow, n.Flow)
    assert [type(line) for line in flow.lines] == [n.On, n.If, n.Tag, n.Tag, n.Tag]


@pytest.mark.parametrize("width", [1, 2, 3, 4, 8])
def test_any_width_of_indentation_will_do(width: int) -> None:
    assert read(PLAIN.replace("  ", " " * width)).module == read(PLAIN).module


@pytest.mark.parametrize(
    "text",
    [
        'segment a where customer.country = "IT"\n  or customer.country = "SM"',
        'segment a where customer.country = "IT" or\n  customer.country = "SM"',
        'segment a where (customer.country = "IT"\nor customer.country = "SM")',
        'segment a where (\n    customer.country = "IT"  # a remark\n\n    or customer.country = "SM"\n)',
    ],
)
def test_a_condition_may_go_on_in_the_next_line(text: str) -> None:
    (segment,) = read(text).module.statements
    assert isinstance(segment, n.Segment)
    inner = segment.where.value if isinstance(segment.where, n.Parenthesis) else segment.where
    assert isinstance(inner, n.Or)
    assert found(text) == []


@pytest.mark.parametrize("indent", ["", "  ", "          "])
def test_a_list_may_go_over_several_lines(indent: str) -> None:
    assert found(f'segment a where customer.country in ["IT",\n{indent}"SM",\n{indent}"VA"]') == []


def test_a_bracket_that_is_never_closed_ends_before_the_next_statement() -> None:
    parsed = read("segment a where (count(order) >= 3\nsegment b where count(click) >= 3\n")
    assert [(one.code, one.span.place) for one in parsed.diagnostics] == [("F0109", (1, 17))]
    assert len(parsed.module.statements) == 2


@pytest.mark.parametrize("quoted", ["“thanks”", "„thanks“", "«thanks»", "'thanks'", '“thanks"', '"thanks”'])
def test_every_kind_of_quote_is_read_as_a_plain_one(quoted: str) -> None:
    parsed = read(f"flow x\n  on order\n  send email {quoted}")
    (one,) = parsed.diagnostics
    assert (one.code, one.span.text, one.fix[0].text) == ("F0103", quoted, '"thanks"')
    assert parsed.module == read('flow x\n  on order\n  send email "thanks"').module


def test_a_non_breaking_space_is_a_space() -> None:
    assert read('flow x\n\u00a0\u00a0on\u00a0order\n\u00a0 tag "a"').module == read('flow x\n  on order\n  tag "a"').module
    assert found('flow x\n\u00a0\u00a0on\u00a0order\n\u00a0 tag "a"') == []


def test_a_text_keeps_its_non_breaking_space() -> None:
    (flow,) = read('flow x\n  on order\n  tag "5\u00a0stars"').module.statements
    assert isinstance(flow, n.Flow)
    assert flow.lines[1] == n.Tag(flow.span, n.Text(flow.span, "5\u00a0stars"))


@pytest.mark.parametrize("mark", ["\u202a", "\u202e", "\u2066", "\u2069"])
def test_a_mark_that_turns_the_direction_is_found_in_texts_and_in_remarks(mark: str) -> None:
    assert found(f'flow x  # a{mark}b\n  on order\n  tag "a{mark}b"') == ["F0113", "F0113"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("==", "="),
        ("=>", ">="),
        ("=<", "<="),
        ("<>", "!="),
        ("≥", ">="),
        ("≤", "<="),
        ("≠", "!="),
    ],
)
def test_a_foreign_operator_is_read_as_what_was_meant(written: str, meant: str) -> None:
    parsed = read(f"segment a where count(order) {written} 3")
    (one,) = parsed.diagnostics
    assert (one.code, one.span.text, one.fix[0].text) == ("F0107", written, meant)
    assert parsed.module == read(f"segment a where count(order) {meant} 3").module


@pytest.mark.parametrize(("written", "meant"), [("&&", "and"), ("&", "and"), ("||", "or"), ("|", "or")])
def test_a_sign_between_conditions_is_read_as_a_word(written: str, meant: str) -> None:
    parsed = read(f"segment a where any(order) {written} any(click)")
    assert [one.code for one in parsed.diagnostics] == ["F0107"]
    assert parsed.module == read(f"segment a where any(order) {meant} any(click)").module


@pytest.mark.parametrize(
    ("written", "meant", "certain"),
    [
        ("27/11/2026", "2026-11-27", True),
        ("27.11.2026", "2026-11-27", True),
        ("11/27/2026", "2026-11-27", True),
        ("5/5/26", "2026-05-05", True),
        ("3/4/2026", "2026-04-03", False),
    ],
)
def test_a_date_in_another_order_is_understood_and_mended_where_it_has_one_reading(
    written: str, meant: str, certain: bool
) -> None:
    parsed = read(f"segment a where any(order since {written})")
    (one,) = parsed.diagnostics
    assert (one.code, [edit.text for edit in one.fix]) == ("F0106", [meant] if certain else [])
    assert parsed.module == read(f"segment a where any(order since {meant})").module


@pytest.mark.parametrize(("written", "meant"), [("19,90", "19.90"), ("1,000", "1000"), ("1,250.50", "1250.50")])
def test_a_number_with_a_comma_is_understood(written: str, meant: str) -> None:
    parsed = read(f"segment a where any(order where total > {written} EUR)")
    assert [(one.code, one.fix) for one in parsed.diagnostics] == [("F0105", ())]
    assert parsed.module == read(f"segment a where any(order where total > {meant} EUR)").module


@pytest.mark.parametrize(("written", "meant"), [("€50", "50 EUR"), ("$ 20", "20 USD"), ("£9.90", "9.90 GBP"), ("30 €", "30 EUR")])
def test_money_with_a_sign_is_read_with_its_code(written: str, meant: str) -> None:
    parsed = read(f"segment a where any(order where total > {written})")
    assert [one.code for one in parsed.diagnostics] == ["F0108"]
    assert parsed.module == read(f"segment a where any(order where total > {meant})").module


def test_digits_joined_by_a_hyphen_are_reported_and_the_rest_is_read() -> None:
    assert found("segment a where count(order) >= 10-4\nsegment b where count(ordr) > 3") == ["F0112"]


@pytest.mark.parametrize("character", [";", "§", "\x00", "🎁", "\u200b", "~"])
def test_a_character_without_a_meaning_is_reported_and_passed_over(character: str) -> None:
    parsed = read(f"segment a where count(order) >= 3{character}")
    assert [one.code for one in parsed.diagnostics] == ["F0101"]
    assert parsed.module == read("segment a where count(order) >= 3").module


def test_a_character_that_cannot_be_seen_is_named_by_its_number() -> None:
    (one,) = read("segment a where count(order) >= 3\u200b").diagnostics
    assert "U+200B" in one.message
