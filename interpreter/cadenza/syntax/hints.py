"""Answer a slip that many people make with the line they meant: a table of what is written and what to write for it.

Rule 1: a row speaks of a whole line, so it is more certain than any guess from the one word that does not fit.
Rule 2: what a row writes is the line that was meant; where that is not beyond doubt, the row only gives advice.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cadenza.syntax.source import Source

MARK = "▸"
"""In a pattern, it stands before the word that does not fit; a space stands for any number of spaces."""

_AMOUNTS = {word: str(number) for number, word in enumerate("a one two three four five six seven eight nine ten".split())}
_AMOUNTS |= {"a": "1", "an": "1", "few": "3"}
_SPACE = re.compile(r"(?P<kept>\[[^\]]*\])| (?P<optional>\??)")
_UNTIL_COMMENT = re.compile(r'(?:"[^"\n]*"|[^"#\r\n])*')


class Hint(NamedTuple):
    """What is wrong with a line, what to do, and, where that is beyond doubt, the text for a stretch of it."""

    message: str
    help: str
    start: int
    end: int
    write: str | None


def hint(source: Source, line_start: int, at: int) -> Hint | None:
    """Give what is known about a line whose word at `at` does not fit."""
    before = source.text[line_start:at]
    rest = _UNTIL_COMMENT.match(source.text, at)
    assert rest is not None
    text = f"{before}{MARK}{rest.group().rstrip()}"
    for pattern, says, write, help in _rows():
        if (found := pattern.search(text)) is not None:
            values = _values(found)
            written = write.format(**values) if write else None
            return Hint(
                says.format(**values),
                help.format(**values) if help else f"write `{(written or '').strip()}`",
                line_start + _without_mark(text, found.start()),
                line_start + _without_mark(text, found.end()),
                written,
            )
    return None


def _without_mark(text: str, place: int) -> int:
    return place - (MARK in text[:place])


def _values(found: re.Match[str]) -> dict[str, str]:
    """Give what a pattern took in, and what is made of it: a name of words, a number, a time of the clock."""
    values = {name: (text or "").replace(MARK, "").strip() for name, text in found.groupdict().items()}
    if "words" in values:
        values["name"] = re.sub(r"\W+", "_", values["words"]).strip("_")
    if "amount" in values:
        values["amount"] = _AMOUNTS.get(values["amount"], values["amount"])
    if "events" in values:
        values["event"] = values["events"].removesuffix("s")
    if "hour" in values:
        hour = int(values["hour"]) % 12 + 12 * (values["half"] == "pm") if values.get("half") else int(values["hour"])
        values["clock"] = f"{hour:02}:{values.get('minute') or '00'}"
    if "to_hour" in values:
        values["to_clock"] = f"{int(values['to_hour']):02}:{values.get('to_minute') or '00'}"
    return values


@lru_cache(maxsize=1)
def _rows() -> list[tuple[re.Pattern[str], str, str, str]]:
    return [(re.compile(_SPACE.sub(_any_space, line)), says, write, help) for line, says, write, help in _TABLE]


def _any_space(found: re.Match[str]) -> str:
    return found["kept"] or r"[^\S\n]" + ("*" if found["optional"] else "+")


_TEXT = r'"[^"]*"'
_PATH = r"[\w.]+(?:\([^()]*\))?"
_AMOUNT = r"\d[\d.]*(?:[ \t]*[A-Za-z%]+)?"

# The line, what is wrong with it, what to write for all that was matched, what to do where there is no such text or more to say.
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    # -- Names
    (
        rf"^(?P<what>flow|segment|value|event|group|start|stop) {MARK}\"(?P<words>[^\"]*\w[^\"]*)\"",
        "a name of the program stands without quotes",
        "{what} {name}",
        "",
    ),
    (
        rf"^(?P<what>flow|group|start|stop) (?P<words>\w+ {MARK}\w[\w ]*)$",
        "a name is one word",
        "{what} {name}",
        "",
    ),
    (
        rf"^(?P<what>segment|value|event) (?P<words>\w+ {MARK}(?!is\b)\w[\w ]*?)(?= where |\(| =|$)",
        "a name is one word",
        "{what} {name}",
        "",
    ),
    (
        rf"^(?P<what>flow|segment|value|event|group|start|stop) (?P<words>\w+{MARK}-\w[\w-]*)",
        "a name has no hyphen, which would be a minus",
        "{what} {name}",
        "",
    ),
    (
        rf"^segment (?P<head>[\w(),= ]+?) ?{MARK}(:|=) ?(?=\S)",
        "a segment says after `where` who is in it",
        "segment {head} where ",
        "",
    ),
    (
        rf"^value (?P<head>[\w(),= ]+?) ?{MARK}(:|where|is) ?(?=\S)",
        "a value stands after `=`",
        "value {head} = ",
        "",
    ),
    (rf"^event (?P<head>\w+) ?{MARK}(:|is) ?(?=\S)", "what an event stands for comes after `=`", "event {head} = ", ""),
    (rf"^field (?P<field>\w+\.\w+) ?{MARK}(=|as|is) ?(?=\S)", "the type of a field stands after `:`", "field {field}: ", ""),
    (
        rf"^field (?P<field>\w+) ?{MARK}: ?(?=\S)",
        "a field belongs to customers or to products",
        "",
        "write `field customer.{field}: …` or `field product.{field}: …`",
    ),
    (rf"^(?P<options>field .*one of .*{_TEXT}) ?{MARK}, ?(?=\")", "values are joined by `or`", "{options} or ", ""),
    # -- The shop
    (rf"^shop {MARK}(?P<title>[^\"\s:][^\":]*)$", "the name of the shop is a text", 'shop "{title}"', ""),
    (rf"^shop{MARK}$", "the shop has no name", "", 'give it one: shop "Bottega Aurora"'),
    (rf"^{MARK}(timezone|time_zone) (?=\S)", "`time zone` is two words", "time zone ", ""),
    (
        (
            rf"^quiet hours (?P<channel>\w+ )?{MARK}(?P<hour>\d\d?)(?::(?P<minute>\d\d))? (to|until|-) "
            r"(?P<to_hour>\d\d?)(?::(?P<to_minute>\d\d))?$"
        ),
        "a time has hours and minutes",
        "quiet hours {channel} {clock} to {to_clock}",
        "write {clock} to {to_clock}",
    ),
    (
        rf"^(?P<hours>quiet hours .*\d+:\d\d) ?{MARK}(-|until|till|and) ?(?=\d)",
        "quiet hours run from one time `to` another",
        "{hours} to ",
        "write `to` between the two times",
    ),
    (
        rf"^{MARK}(max|maximum|not more than|no more than|limit|up to) (?=\d)",
        "a limit begins with `at most`",
        "at most ",
        "",
    ),
    (
        rf"^(?P<limit>at most \w+ \w+) {MARK}(a|an|each|every|in|in a|within) (?=\w)",
        "a limit says `per` how long it counts",
        "{limit} per ",
        "write `per`: at most 3 messages per 7 days",
    ),
    (
        rf"^(?P<limit>at most .*else wait){MARK}$",
        "this does not say how long a message may wait",
        "",
        "write `{limit} up to 2 days`",
    ),
    # -- Who enters and leaves
    (
        rf"^(?P<events>(?:on|leave on|wait for) [^,\"]+?) ?{MARK}, ?(?=\w)",
        "several events are joined by `or`",
        "{events} or ",
        "write `or` between them",
    ),
    (
        rf"^on (?P<first>[\w ]+?) {MARK}?(?:without|but no|and no|and not|but not) {MARK}?(?P<second>\w.*)$",
        "what must not follow is said by `then no`",
        "",
        "write `on {first} then no {second}`, with `within` and a length of time at its end",
    ),
    (
        rf"^(?P<on>on .*\bthen (?:no )?\w.*){MARK}$",
        "this does not say how soon it must follow",
        "",
        "write `{on} within 1 hour`",
    ),
    (
        rf"^when \w+ {MARK}(?P<event>\w+)$",
        "`when` takes a condition, a yes or no",
        "",
        "for something that happens, write `on` and its name, such as `on {event}`",
    ),
    (rf"^every (?P<days>[\w, ]*day) {MARK}(?P<clock>\d\d?:\d\d)", "the time stands after `at`", "every {days} at {clock}", ""),
    (
        rf"^every {MARK}(?P<amount>\w+) (?P<unit>\w+)",
        "a flow is let in every day, month or year, or on a day of the week",
        "",
        "write `every monday at 09:00`; for another rhythm, `repeat 10 times` with `wait {amount} {unit}` in it",
    ),
    (
        rf"^at {MARK}(?P<clock>\d\d?:\d\d)",
        "`at` alone names one day, and this is a time of every day",
        "every day at {clock}",
        "",
    ),
    (rf"^{MARK}(?:exit|end|quit) (?P<rest>(?:on|when) .*)$", "a flow ends for a customer with `leave`", "leave {rest}", ""),
    (rf"^leave {MARK}if ", "a condition that ends a run stands after `when`", "leave when ", ""),
    (rf"^enter {MARK}(?:only|just) once", "`once` is enough", "enter once", ""),
    (rf"^enter {MARK}(?:always|every|multiple times)$", "a flow is entered `every time`", "enter every time", ""),
    (rf"^(?P<again>.*\bagain) {MARK}in ", "how long after is said by `after`", "{again} after ", ""),
    # -- Waiting
    (
        (
            rf"^(?P<wait>.*\b(?:wait|up to|within|after)) (?P<amount>an?|one|two|three|four|five|six|seven|eight|nine|ten|few) "
            rf"{MARK}(?P<unit>(?:second|minute|hour|day|week|month|year)s?)\b"
        ),
        "a length of time begins with a number",
        "{wait} {amount} {unit}",
        "write `{amount} {unit}`",
    ),
    (
        rf"(?P<first>\d+ (?:second|minute|hour|day|week|month|year)s?) {MARK}and (?=\d)",
        "the parts of a length of time follow each other",
        "{first} ",
        "leave `and` out",
    ),
    (
        rf"\b(?P<hour>\d\d?)(?::(?P<minute>\d\d))? ?{MARK}(?P<half>am|pm)\b",
        "a time runs from 00:00 to 23:59",
        "{clock}",
        "",
    ),
    (rf"\bat {MARK}(?P<hour>\d\d?)(?![\d:.,])", "a time has hours and minutes", "at {clock}", ""),
    (rf"^wait until next {MARK}(?P<day>\w+)", "the next one is meant anyway", "wait until {day}", ""),
    (
        rf"^wait until (?P<clock>\d\d?:\d\d) {MARK}(?:tomorrow|today|on \w+)$",
        "a time stands alone, and means the next instant at which the clock reads it",
        "wait until {clock}",
        "",
    ),
    (rf"^wait for {MARK}(?P<length>\d.*)$", "`wait for` waits for an event", "wait {length}", ""),
    (
        rf"^(?P<wait>wait for [^\n]+?){MARK}$",
        "this does not say how long to wait at most",
        "",
        "write `{wait} up to 7 days`",
    ),
    # -- Sending
    (rf"^send {MARK}(?P<message>{_TEXT})", "no channel is named", "", "write it before the message: `send email {message}`"),
    (
        rf"^(?P<send>send email) {MARK}?(?:to|the|a|message) {MARK}?(?P<message>{_TEXT})",
        "nothing stands between the channel and the message",
        "{send} {message}",
        "",
    ),
    (
        rf"^send (?:an|a|the) {MARK}?(?P<channel>\w+) {MARK}?(?P<message>{_TEXT})",
        "the channel follows `send`",
        "send {channel} {message}",
        "",
    ),
    (rf"^send (?P<channel>\w+) ?{MARK}$", "no message is named", "", 'write its name in quotes: `send {channel} "welcome"`'),
    (
        rf"^send (?P<channel>[\w ]+) (?P<messages>{_TEXT}) ?{MARK}, ?(?P<more>{_TEXT})",
        "one line sends one message",
        "",
        "write a line for each; or, for the first that was never sent, `send {channel} next of {messages}, {more}`",
    ),
    (
        rf"^(?P<send>send [\w ]+ next of .*{_TEXT}) ?, again {MARK}after ",
        "the last message has no comma after it",
        "{send} again after ",
        "",
    ),
    (rf"^(?P<send>send [\w ]+ next of .*{_TEXT}) {MARK}(?=\")", "messages are separated by commas", "{send}, ", ""),
    (
        rf"^send [\w ]+ {_TEXT} {MARK}to\b",
        "a message goes to the customer who is in the flow",
        "",
        "leave `to` and what follows out; `for` says who may enter",
    ),
    (
        rf"^(?P<send>send [\w ]+ {_TEXT}) {MARK}(?:after|in) (?P<length>\d.*)$",
        "a message is sent when its line is reached",
        "",
        "write `wait {length}` on the line above",
    ),
    (
        rf"^(?P<send>send [\w ]+ {_TEXT}) {MARK}if (?P<condition>.*)$",
        "a message that depends on something stands below an `if`",
        "",
        "write `if {condition}`, and `{send}` below it, two spaces further in",
    ),
    (
        rf"^send [\w ]+ {_TEXT} {MARK}(?P<clause>subject|sender|template|with|transactional)\b",
        "what belongs to a message stands below it",
        "",
        "write `{clause}` on a line of its own, two spaces further in",
    ),
    (
        rf"^(?P<what>subject|sender|template|tag|untag|subscribe|unsubscribe) (?P<text>[^\"{{}}]*{MARK}\w[^\"{{}}]*)$",
        "a text stands in quotes",
        '{what} "{text}"',
        "",
    ),
    # -- Steps
    (rf"^{MARK}unless (?P<condition>.+)$", "`if` asks, and `not` turns the answer round", "if not ({condition})", ""),
    (rf"^(?P<asks>(?:else )?if .*) {MARK}then$", "`if` needs no `then`", "{asks}", "delete `then`"),
    (
        rf"^{MARK}else\b",
        "this `else` belongs to no `if` or `wait`",
        "",
        "give it the indentation of the `if` or `wait` it belongs to, below that one's block",
    ),
    (rf"^repeat (?P<times>\w+)(?: {MARK}x)?{MARK}?$", "a repeat says how many `times`", "repeat {times} times", ""),
    (rf"^(?:add|put|set) tag {MARK}(?P<tag>{_TEXT})", "a tag is put on by `tag`", "tag {tag}", ""),
    (rf"^{MARK}(?:remove|delete) tag (?P<tag>{_TEXT})", "a tag is taken off by `untag`", "untag {tag}", ""),
    (rf"^(?P<points>add .* points){MARK}$", "this does not say which score grows", "", "write `{points} to customer.score`"),
    (rf"^(?P<points>take .* points){MARK}$", "this does not say which score shrinks", "", "write `{points} from customer.score`"),
    (rf"^set (?P<field>[\w.]+) {MARK}(?:to|as) (?=\S)", "a field is set by `=`", "set {field} = ", ""),
    # -- Conditions
    (
        rf"\bcustomer is {MARK}?(?P<not>not )?{MARK}?(?P<segment>[a-z_]\w*)$",
        "a segment is a condition by itself",
        "{not} {segment}",
        "",
    ),
    (rf"(?P<value>{_PATH}) is not {MARK}(?=[\w\"])", "values are compared by `=` and `!=`", "{value} != ", ""),
    (rf"(?P<value>{_PATH}) is {MARK}(?=[\d\"]|yes|no\b)", "values are compared by `=`", "{value} = ", ""),
    (
        rf"(?: is)? {MARK}(?:greater than|more than|bigger than|higher than|over|above) (?=\S)",
        "values are compared by signs",
        " > ",
        "",
    ),
    (rf"(?: is)? {MARK}(?:less than|lower than|smaller than|under|below) (?=\S)", "values are compared by signs", " < ", ""),
    (rf"(?: is)? {MARK}(?:at least) (?=\S)", "values are compared by signs", " >= ", ""),
    (rf"(?: is)? {MARK}(?:at most|up to) (?=\S)", "values are compared by signs", " <= ", ""),
    (rf"\bcustomer {MARK}has tag (?P<tag>{_TEXT})", "tags are a list", "customer.tags contains {tag}", ""),
    (
        rf"\b(?P<function>count|sum|average|min|max|first|last|any) {MARK}(?P<stream>[a-z_][\w.]*)",
        "what is counted stands in parentheses",
        "{function}({stream})",
        "",
    ),
    (rf"\bnumber {MARK}of (?P<events>\w+)", "`count` gives a number of events", "count({event})", ""),
    (
        rf"\b(?P<stream>[a-z_][\w.]*) in the {MARK}last (?P<window>\d+ \w+)",
        "`{stream}` stands for many events, not for a yes or no",
        "any({stream} in the last {window})",
        "",
    ),
    (
        rf"\((?P<stream>[\w.]+) where (?P<where>[^()]+?) {MARK}(?P<window>(?:in the last|since|before) [^()]+)\)",
        "the window stands before `where`",
        "({stream} {window} where {where})",
        "",
    ),
    (
        rf"(?P<low>{_AMOUNT}) <=? (?P<value>{_PATH}) {MARK}<=? (?P<high>{_AMOUNT})",
        "a comparison has two sides",
        "",
        "write `{value} between {low} and {high}`, both included",
    ),
)
