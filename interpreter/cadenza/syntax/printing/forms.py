"""Say how each node is written: one entry a class, in the order of the grammar.

In a form, `{field}` stands for what the field holds, a tuple joined by `, ` or by what follows `|`; a stretch in `[ ]` is
left out where a field in it holds nothing; `{field?}` only asks, and is written as nothing. A tuple of forms is a node of
several lines, further in where they are indented; one field alone, without `|`, stands for the lines of what it holds.
A function is for what a form cannot say. A new node is a new entry; the tests miss none, and no field of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from cadenza.syntax import nodes as n
from cadenza.syntax.builder import MONTHS, WEEKDAYS

Form: TypeAlias = str | tuple[str, ...] | Callable[[Any], str]

_DAY_NAMES = {number: word for word, number in WEEKDAYS.items()}
_MONTH_NAMES = {number: word for word, number in MONTHS.items()}
_FIELD = re.compile(r"\{(?P<name>\w+)(?P<asks>\?)?(?:\|(?P<between>[^}]*))?\}")
_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_BLOCK = re.compile(r" *\{(?P<name>\w+)\}")


class Line(NamedTuple):
    """A statement, or the head of one, as it is written; `level` counts the blocks round it."""

    level: int
    text: str


def lines(node: n.Node, level: int = 0) -> Iterator[Line]:
    """Give a node line by line."""
    form = FORMS[type(node)]
    if not isinstance(form, tuple):
        yield Line(level, phrase(node))
        return
    for one in form:
        inside = level + one.startswith(" ")
        block = _BLOCK.fullmatch(one)
        if block is not None:
            for child in _as_tuple(getattr(node, block["name"])):
                yield from lines(child, inside)
        elif text := _filled(one.lstrip(), node):
            yield Line(inside, text)


def phrase(node: n.Node) -> str:
    """Give a node that stands within a line."""
    form = FORMS[type(node)]
    assert not isinstance(form, tuple), "a node of several lines stands within a line"
    return _filled(form, node) if isinstance(form, str) else form(node)


def fields_of(form: Form) -> list[str] | None:
    """Give the fields a form writes or asks for; None where a function decides."""
    whole = form if isinstance(form, str) else "\n".join(form) if isinstance(form, tuple) else None
    return None if whole is None else [found["name"] for found in _FIELD.finditer(whole)]


def _filled(form: str, node: n.Node) -> str:
    def kept(stretch: re.Match[str]) -> str:
        here = all(_is_there(getattr(node, found["name"])) for found in _FIELD.finditer(stretch[1]))
        return stretch[1] if here else ""

    def written(found: re.Match[str]) -> str:
        return "" if found["asks"] else _words(getattr(node, found["name"]), found["between"] or ", ")

    return _FIELD.sub(written, _OPTIONAL.sub(kept, form))


def _is_there(value: object) -> bool:
    return value is not None and value is not False and value != ()


def _as_tuple(value: Any) -> tuple[n.Node, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _words(value: object, between: str) -> str:
    if isinstance(value, tuple):
        return between.join(_words(one, between) for one in value)
    return phrase(value) if isinstance(value, n.Node) else str(value)


# -- What a form cannot say -------------------------------------------------------------------------------------------


def _as_written(node: n.Node) -> str:
    return node.span.text


def _digits(node: n.Node) -> str:
    """Give the number a literal begins with as the author wrote it: `20.50` stays."""
    found = re.match(r"[\d.]+", node.span.text)
    assert found is not None
    return found[0]


def _time_span(span: n.TimeSpan) -> str:
    return f"{_digits(span)} {span.unit.name}{'' if span.amount == 1 else 's'}"


def _limit(limit: n.Limit) -> str:
    """Write `else drop` where the author did: the tree is the same without it."""
    if limit.hold is not None:
        overflow = f", else wait up to {phrase(limit.hold)}"
    else:
        overflow = ", else drop" if limit.span.text.endswith("drop") else ""
    return f"at most {phrase(limit.count)} {phrase(limit.noun)} per {phrase(limit.period)}{overflow}"


def _events(events: n.Events) -> str:
    return _alternatives(events, n.Events) + (f" where {phrase(events.where)}" if events.where is not None else "")


def _stream(stream: n.Stream) -> str:
    words = [_alternatives(stream, n.Stream), *map(phrase, stream.windows)]
    return " ".join(words) + (f" where {phrase(stream.where)}" if stream.where is not None else "")


def _alternatives(node: n.Events | n.Stream, within: type[n.Node]) -> str:
    return " or ".join(f"({phrase(one)})" if isinstance(one, within) else phrase(one) for one in node.alternatives)


def _day_moment(day: n.DayMoment) -> str:
    return f"{day.year:04}-{day.month:02}-{day.day:02}" + (f" {phrase(day.time)}" if day.time is not None else "")


def _clock_time(time: n.ClockTime) -> str:
    return f"{time.minutes // 60:02}:{time.minutes % 60:02}"


# -- Every node -------------------------------------------------------------------------------------------------------

FORMS: dict[type[n.Node], Form] = {
    n.Name: "{text}",
    n.Text: lambda text: f'"{text.value}"',
    # What stands at the left edge.
    n.Module: ("[cadenza {edition}]", "{statements}"),
    n.Use: "use {path|.}[ ({names})][ as {alias}][ with {bindings}]",
    n.Binding: "{name} = {value}",
    n.Shop: ("shop {title}", "  {doc}", "  {lines}"),
    n.TimeZone: lambda zone: f"time zone {_as_written(zone)}",
    n.Currency: "currency {code}",
    n.QuietHours: "quiet hours[ {channel}] {start} to {end}",
    n.QuietDays: "quiet days {days}",
    n.HolidaysWord: "holidays",
    n.Holidays: "holidays {days}",
    n.RequireConsent: "require consent for {channels}",
    n.Limit: _limit,
    n.Holdout: "holdout {share}",
    n.FieldDeclaration: "field {owner}.{name}: {type}",
    n.PlainType: "{name}",
    n.YearlyDateType: "yearly date",
    n.YesNoType: "yes/no",
    n.OneOfType: "one of {options| or }",
    n.ListType: "list of {element}",
    n.EventDeclaration: "event {name}[({columns})]",
    n.TypedName: "{name}: {type}",
    n.EventAlias: "event {name} = {events}",
    n.Events: _events,
    n.EventName: "{name}[ {main}][ of this flow{of_this_flow?}]",
    n.Table: ("table {name}", "  {doc}", "  {columns|, }", "  {rows}"),
    n.Row: "{values}",
    n.Head: "{name}[({parameters})]",
    n.Parameter: "{name}[ = {default}]",
    n.Segment: "segment {head} where {where}",
    n.SegmentBlock: ("segment {head}", "  {doc}", "  {conditions}"),
    n.AnyOf: ("any of", "  {conditions}"),
    n.AllOf: ("all of", "  {conditions}"),
    n.NoneOf: ("none of", "  {conditions}"),
    n.Value: "value {head} = {value}",
    n.ValueBlock: ("value {head}", "  {doc}", "  {cases}"),
    n.Case: "{value} if {condition}",
    n.Otherwise: "else {value}",
    n.Selection: ("selection {head}", "  {doc}", "  {lines}"),
    n.From: "from {sources| and }",
    n.Fitting: "where {condition}",
    n.Except: "except {stream}",
    n.RankBy: "rank by {rankings}",
    n.Ranking: "{measure}[ {window}]",
    n.AtMost: "at most {count} per {field}",
    n.Top: "top {count}",
    n.Instead: "else {source}",
    n.Catalog: "catalog",
    n.Products: "products {skus}",
    n.BoughtTogether: "bought together with {products}",
    n.BoughtBySimilar: "bought by similar customers",
    n.Accessories: "accessories of {products}",
    n.Upgrades: "upgrades of {products}",
    n.ProductStream: "{stream}",
    # Flows and their headers.
    n.Flow: ("flow {head}", "  {doc}", "  {lines}"),
    n.ForEachRow: "for each row of {table}",
    n.On: "on {events}[ {follows| }]",
    n.Follow: "then[ no{no?}] {events} within {within}",
    n.When: "when {condition}[, including those already{including?}]",
    n.EveryPeriod: "every {unit}[ on {on}][ at {at}]",
    n.MonthDay: "{unit} {day}",
    n.YearDay: lambda day: f"{day.day} {_MONTH_NAMES[day.month]}",
    n.EveryWeekday: "every {days}[ at {at}]",
    n.DaysFrom: "{amount} {direction} {day}[ at {at}]",
    n.At: "at {moment}",
    n.For: "for {condition}",
    n.While: "while {condition}",
    n.Enter: "enter {reentry}",
    n.Once: "once",
    n.Again: "again[ after {after}]",
    n.StartingOver: "again, starting over",
    n.EveryTime: "every time",
    n.LeaveOn: "leave on {events}",
    n.LeaveWhen: "leave when {condition}",
    n.Goal: "goal {events} within {within}",
    n.Priority: "priority {number}",
    n.Group: "group {name}",
    n.Active: "active from {start} to {end}",
    # Steps, and the clauses of a message.
    n.Wait: "wait {duration}",
    n.WaitUntil: ("wait until {until}[ up to {up_to}]", "  {body}", "[else{otherwise?}]", "  {otherwise}"),
    n.Until: "{what}[ at {at}]",
    n.WaitFor: ("wait for {awaited}", "  {body}", "[else{otherwise?}]", "  {otherwise}"),
    n.Awaited: "{events} up to {up_to}",
    n.Send: ("send {channels| or } {messages}", "  {clauses}"),
    n.NextOf: "next of {names}[ again after {again_after}]",
    n.Subject: "subject {text}[ if {only_if}]",
    n.Sender: "sender {text}[ if {only_if}]",
    n.Template: "template {text}[ if {only_if}]",
    n.With: "with {bindings}[ if {only_if}]",
    n.Coupon: "coupon {name}[ {offered}][ if {only_if}]",
    n.Offered: "{offer}[ where {where}][ for {lifetime}]",
    n.Off: "{amount} off",
    n.FreeShipping: "free shipping",
    n.BuyGet: "buy {buy} get {get}",
    n.Gift: "gift {sku}",
    n.Membership: "membership {name}",
    n.Entry: "entry {contest}",
    n.Show: "show {source}[ top {top}][ {shortage}][ if {only_if}]",
    n.Shortage: "at least {count} else {instead}",
    n.Transactional: "transactional[ if {only_if}]",
    n.If: ("if {condition}", "  {body}", "{else_ifs}", "[else{otherwise?}]", "  {otherwise}"),
    n.ElseIf: ("else if {condition}", "  {body}"),
    n.Split: ("split[ afresh{afresh?}] {name}[ keyed {key}]", "  {arms}"),
    n.Arm: ("{share} {name}", "  {body}"),
    n.Repeat: ("repeat {times} times", "  {body}"),
    n.RepeatUntil: ("repeat until {condition}, up to {times} times", "  {body}"),
    n.Tag: "tag {name}",
    n.Untag: "untag {name}",
    n.Set: "set {field} = {value}",
    n.AddPoints: "add {amount} points to {score}[ for {lifetime}]",
    n.TakePoints: "take {amount} points from {score}",
    n.Subscribe: "subscribe {mailing_list}",
    n.Unsubscribe: "unsubscribe {mailing_list}",
    n.IssueCoupon: "issue coupon {name} {offered}",
    n.Notify: "notify {team} {text}",
    n.Start: "start {flow}",
    n.Stop: "stop[ {flow}]",
    n.Always: "always at most {count} {noun} per {period}",
    n.NeverWithin: "never {what} within {within} {direction} {events}",
    n.What: "{noun}[ {message}]",
    n.NeverTwo: "never inside two of group {group}",
    n.NeverTwice: "never the same {noun} twice within {within}",
    n.Test: ("test {title}", "  {doc}", "  {lines}"),
    n.Person: ("customer {name}", "  {values}"),
    n.FieldValue: "{binding}",
    n.GivenData: "given {what} {folder}",
    n.GivenRows: ("given {what}", "  {block}"),
    n.RowBlock: ("{columns|, }", "{rows}"),
    n.Rows: ("for each row", "  {block}"),
    n.AtBlock: ("at {moment}", "  {acts}"),
    n.AfterBlock: ("after {length}", "  {acts}"),
    n.Does: "{person} {event}[ {main}][ {values}]",
    n.Expect: "expect {expectation}",
    n.ExpectedCondition: "{condition}[ {because}]",
    n.ExpectedNone: "no {what} to {person}[ ever{ever?}][ {because}]",
    n.ExpectedMessage: "{what} to {person}[ {seen_as}]",
    n.WithSubject: "with subject {text}",
    n.Shows: "shows {skus}",
    n.Because: "because of {reason}",
    n.NothingElse: "nothing else",
    n.InFlow: "{person} {standing} {flow}",
    n.Several: "{count} of {sku}",
    # Expressions. What is in parentheses is a node of its own, so nothing here adds or loses one.
    n.Or: "{parts| or }",
    n.And: "{parts| and }",
    n.Negation: "not {value}",
    n.Compare: "{left} {operator} {right}",
    n.Between: "{value} between {low} and {high}",
    n.IsKnown: "{value} is known",
    n.IsNotKnown: "{value} is not known",
    n.IsEmpty: "{value} is empty",
    n.IsNotEmpty: "{value} is not empty",
    n.Shifted: "{amount} {direction} {moment}",
    n.Arithmetic: "{left} {operator} {right}",
    n.Negative: "-{value}",
    n.TimeSince: "time since {moment}",
    n.TimeUntil: "time until {moment}",
    n.Inside: "inside {flow}",
    n.Member: "{owner}.{name}",
    n.Parenthesis: "({value})",
    n.Call: "{name}({arguments})",
    n.Windowed: "{stream} {windows| }",
    n.List: lambda several: f"[{_words(several.elements, ', ')}]",
    n.Aggregate: "{function}([distinct {distinct?}]{stream})",
    n.Stream: _stream,
    n.NamedStream: "{path}[ {main}][ of this flow{of_this_flow?}]",
    n.InTheLast: "in the last {length}",
    n.Since: "since {start}",
    n.Before: "before {end}",
    n.Number: _as_written,
    n.Money: lambda money: f"{_digits(money)} {money.currency}",
    n.Percent: lambda percent: f"{_digits(percent)}%",
    n.Duration: "{spans| }",
    n.TimeSpan: _time_span,
    n.Unit: "{name}",
    n.Weekday: lambda day: _DAY_NAMES[day.number],
    n.DayMoment: _day_moment,
    n.ClockTime: _clock_time,
    n.Yes: "yes",
    n.No: "no",
}
