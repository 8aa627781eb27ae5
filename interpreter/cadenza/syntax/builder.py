"""Build a node for each rule of the grammar as the parser reduces by it.

A rule named here builds what its entry says; every name is a rule or alias of `flow.lark`, and the tests hold the two
sets together. Children come as the grammar writes them: nodes, tuples of nodes, tokens, None for what is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cadenza.syntax import nodes as n
from cadenza.syntax.source import Span

_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS = "january february march april may june july august september october november december".split()
_UNITS = "second minute hour day week month year".split()

WEEKDAYS = {word: number for number, word in enumerate(_WEEKDAYS)}
MONTHS = {word: number for number, word in enumerate(_MONTHS, 1)}
UNITS = {form: unit for unit in _UNITS for form in (unit, f"{unit}s")}

Builder = Callable[..., Any]


def _text(span: Span, text: str) -> n.Text:
    return n.Text(span, text[1:-1])


def _clock(span: Span, text: str) -> n.ClockTime:
    hours, minutes = text.split(":")
    return n.ClockTime(span, int(hours) * 60 + int(minutes))


def _date(span: Span, text: str) -> n.DayMoment:
    year, month, day = (int(part) for part in text.split("-"))
    return n.DayMoment(span, year, month, day, None)


# What a token stands for in a node: a small node of its own; a word of the grammar stands for itself.
TOKENS: dict[str, Builder] = {
    "NAME": n.Name,
    "STRING": _text,
    "DOC": _text,
    "INT": lambda span, text: n.Number(span, Fraction(int(text))),
    "DECIMAL": lambda span, text: n.Number(span, Fraction(text)),
    "CLOCK": _clock,
    "DATE": _date,
    "WEEKDAY": lambda span, text: n.Weekday(span, WEEKDAYS[text]),
    "UNIT": lambda span, text: n.Unit(span, UNITS[text]),
    "MONTHNAME": lambda span, text: MONTHS[text],
    "HOLIDAYS": lambda span, text: n.HolidaysWord(span),
    "ERROR": lambda span, text: n.Mistake(span),
    "ZONE": n.Name,
    "CURRENCY": n.Name,
}


def _many(span: Span, *children: Any) -> tuple[Any, ...]:
    return children


def _same(span: Span, child: Any) -> Any:
    return child


def _rest_as_tuple(cls: Builder, before: int) -> Builder:
    """Build `cls` from `before` single children and the rest as one tuple."""
    return lambda span, *children: cls(span, *children[:before], children[before:])


def _int(number: n.Number) -> int:
    return int(number.value)


def _use(span: Span, path: Any, names: Any, alias: Any, bindings: Any) -> n.Use:
    return n.Use(span, path, names, alias, bindings or ())


def _limit(span: Span, count: Any, noun: Any, period: Any, overflow: Any) -> n.Limit:
    hold = None if isinstance(overflow, str) else overflow  # `drop` is what happens anyway
    return n.Limit(span, count, noun, period, hold)


def _event_name(span: Span, name: Any, main: Any, of_this_flow: Any) -> n.EventName:
    return n.EventName(span, name, main, of_this_flow is not None)


def _events(span: Span, *children: Any) -> n.Events:
    if len(children) == 2 and children[1] is None and isinstance(children[0], n.Events):
        return children[0]
    return n.Events(span, children[:-1], children[-1])


def _head(span: Span, name: Any, parameters: Any = None) -> Any:
    return name if isinstance(name, n.Mistake) else n.Head(span, name, parameters or ())


def _mistake(span: Span, *children: Any) -> n.Mistake:
    body = next((child for child in children if isinstance(child, tuple)), ())
    return n.Mistake(span, body)


def _until(span: Span, what: Any, at: Any) -> n.Until | n.Mistake:
    return what if isinstance(what, n.Mistake) else n.Until(span, what, at)


def _wait_until(span: Span, until: Any, up_to: Any, body: Any, otherwise: Any) -> n.Node:
    blocks = (body or ()) + (otherwise or ())
    return n.Mistake(span, blocks) if isinstance(until, n.Mistake) else n.WaitUntil(span, until, up_to, body, otherwise)


def _awaited(span: Span, events: Any, up_to: Any = None) -> Any:
    return events if isinstance(events, n.Mistake) else n.Awaited(span, events, up_to)


def _if(span: Span, condition: Any, body: Any, *rest: Any) -> n.If:
    return n.If(span, condition, body, rest[:-1], rest[-1])


def _split(span: Span, afresh: Any, name: Any, key: Any, *arms: Any) -> n.Split | n.Mistake:
    if isinstance(name, n.Mistake):
        return n.Mistake(span, tuple(step for arm in arms for step in arm.body or ()))
    return n.Split(span, afresh is not None, name, key, arms)


def _joined(span: Span, *words: Any) -> str:
    """Give a keyword of several words, each read on its own."""
    return " ".join(words)


def _aggregate(span: Span, function: str, distinct: Any, stream: Any) -> n.Aggregate:
    return n.Aggregate(span, function, distinct is not None, stream)


def _stream(span: Span, alternatives: Any, *rest: Any) -> n.Stream:
    windows, where = rest[:-1], rest[-1]
    only = alternatives[0]
    if len(alternatives) == 1 and not windows and where is None and isinstance(only, n.Stream):
        return only
    return n.Stream(span, alternatives, windows, where)


def _named_stream(span: Span, path: Any, main: Any, of_this_flow: Any) -> n.NamedStream:
    return n.NamedStream(span, path, main, of_this_flow is not None)


def _day_moment(span: Span, date: n.DayMoment, time: n.ClockTime | None) -> n.DayMoment:
    return n.DayMoment(span, date.year, date.month, date.day, time)


BUILDERS: dict[str, Builder] = {
    "module": lambda span, edition, *statements: n.Module(span, edition, statements),
    "edition": lambda span, number: _int(number),
    "mistake": _mistake,
    "interpolation": n.Interpolation,
    "use": _use,
    "path": _many,
    "names": _many,
    "bindings": _many,
    "binding": n.Binding,
    "shop": _rest_as_tuple(n.Shop, 2),
    "time_zone": lambda span, zone: n.TimeZone(zone.span, zone.text if isinstance(zone, n.Name) else zone.value),
    "currency": lambda span, code: n.Currency(code.span, code.text),
    "quiet_hours": n.QuietHours,
    "quiet_days": lambda span, *days: n.QuietDays(span, days),
    "holidays": lambda span, word, *days: n.Holidays(span, days),
    "require_consent": n.RequireConsent,
    "limit": _limit,
    "holdout": n.Holdout,
    "field_declaration": n.FieldDeclaration,
    "plain_type": lambda span, name: n.PlainType(span, name.text if isinstance(name, n.Name) else name),
    "yearly_date_type": n.YearlyDateType,
    "yes_no_type": n.YesNoType,
    "one_of_type": lambda span, *options: n.OneOfType(span, options),
    "list_type": n.ListType,
    "event_declaration": lambda span, name, fields: n.EventDeclaration(span, name, fields or ()),
    "typed_names": _many,
    "typed_name": n.TypedName,
    "event_alias": n.EventAlias,
    "events": _events,
    "event_name": _event_name,
    "of_this_flow": _same,
    "segment": n.Segment,
    "segment_block": _rest_as_tuple(n.SegmentBlock, 2),
    "head": _head,
    "parameters": _many,
    "parameter": n.Parameter,
    "any_of": n.AnyOf,
    "all_of": n.AllOf,
    "none_of": n.NoneOf,
    "conditions": _many,
    "value": n.Value,
    "value_block": _rest_as_tuple(n.ValueBlock, 2),
    "case": n.Case,
    "otherwise": n.Otherwise,
    "selection": _rest_as_tuple(n.Selection, 2),
    "from": lambda span, *sources: n.From(span, sources),
    "fitting": n.Fitting,
    "except": n.Except,
    "rank_by": lambda span, *rankings: n.RankBy(span, rankings),
    "ranking": n.Ranking,
    "measure": _joined,
    "at_most": n.AtMost,
    "top": n.Top,
    "instead": n.Instead,
    "catalog": n.Catalog,
    "products": lambda span, *skus: n.Products(span, skus),
    "bought_together": n.BoughtTogether,
    "bought_by_similar": n.BoughtBySimilar,
    "accessories": n.Accessories,
    "upgrades": n.Upgrades,
    "product_stream": lambda span, streams, *windows: n.ProductStream(span, _stream(span, streams, *windows, None)),
    "table": _rest_as_tuple(n.Table, 3),
    "row": lambda span, *values: n.Row(span, values),
    "flow": _rest_as_tuple(n.Flow, 2),
    "on": lambda span, events, *follows: n.On(span, events, follows),
    "follow": lambda span, no, events, within: n.Follow(span, no is not None, events, within),
    "when": lambda span, condition, including: n.When(span, condition, including is not None),
    "including": _same,
    "every_period": n.EveryPeriod,
    "month_day": lambda span, unit, day: n.MonthDay(span, unit, _int(day)),
    "year_day": lambda span, day, month: n.YearDay(span, _int(day), month),
    "every_weekday": n.EveryWeekday,
    "weekdays": _many,
    "days_from": n.DaysFrom,
    "at": n.At,
    "day_moment": _day_moment,
    "clock_time": _same,
    "for_each_row": n.ForEachRow,
    "for": n.For,
    "while": n.While,
    "enter": n.Enter,
    "once": n.Once,
    "again": n.Again,
    "starting_over": n.StartingOver,
    "every_time": n.EveryTime,
    "leave_on": n.LeaveOn,
    "leave_when": n.LeaveWhen,
    "goal": n.Goal,
    "priority": lambda span, number: n.Priority(span, _int(number)),
    "group": n.Group,
    "active": n.Active,
    "block": _many,
    "no_block": lambda span: None,
    "wait": n.Wait,
    "wait_until": _wait_until,
    "until": _until,
    "wait_for": n.WaitFor,
    "awaited": _awaited,
    "send": lambda span, channels, messages, clauses=(): n.Send(span, channels, messages, clauses),
    "broken_send": lambda span, error, clauses=(): n.Mistake(span, clauses),
    "channels": _many,
    "next_of": lambda span, *parts: n.NextOf(span, parts[:-1], parts[-1]),
    "clauses": _many,
    "subject": n.Subject,
    "sender": n.Sender,
    "template": n.Template,
    "with": n.With,
    "coupon": n.Coupon,
    "offered": n.Offered,
    "off": n.Off,
    "free_shipping": n.FreeShipping,
    "buy_get": lambda span, buy, get: n.BuyGet(span, _int(buy), _int(get)),
    "gift": n.Gift,
    "membership": n.Membership,
    "entry": n.Entry,
    "show": n.Show,
    "shortage": n.Shortage,
    "transactional": n.Transactional,
    "if": _if,
    "else_if": n.ElseIf,
    "split": _split,
    "arm": n.Arm,
    "repeat": n.Repeat,
    "repetitions": _same,
    "repeat_until": n.RepeatUntil,
    "tag": n.Tag,
    "untag": n.Untag,
    "set": n.Set,
    "add_points": n.AddPoints,
    "take_points": n.TakePoints,
    "subscribe": n.Subscribe,
    "unsubscribe": n.Unsubscribe,
    "issue_coupon": n.IssueCoupon,
    "notify": n.Notify,
    "start": n.Start,
    "stop": n.Stop,
    "always": n.Always,
    "never_within": n.NeverWithin,
    "what": n.What,
    "never_two": n.NeverTwo,
    "never_twice": n.NeverTwice,
    "test": _rest_as_tuple(n.Test, 2),
    "person": lambda span, name, *values: n.Person(span, name, tuple(one for one in values if one is not None)),
    "field_value": n.FieldValue,
    "given_data": n.GivenData,
    "given_rows": n.GivenRows,
    "rows": n.Rows,
    "row_block": lambda span, columns, *rows: n.RowBlock(span, columns, rows),
    "at_block": lambda span, moment, acts: n.AtBlock(span, moment, acts or ()),
    "after_block": lambda span, length, acts: n.AfterBlock(span, length, acts or ()),
    "acts": _many,
    "does": lambda span, person, event, main, values: n.Does(span, person, event, main, values or ()),
    "expect": n.Expect,
    "expected_condition": n.ExpectedCondition,
    "expected_none": lambda span, no, what, person, ever, why: n.ExpectedNone(span, what, person, ever is not None, why),
    "expected_message": n.ExpectedMessage,
    "with_subject": n.WithSubject,
    "shows": lambda span, *skus: n.Shows(span, skus),
    "because": lambda span, *words: n.Because(span, " ".join(span.text.split()[2:])),
    "nothing_else": n.NothingElse,
    "in_flow": n.InFlow,
    "standing": _joined,
    "several": n.Several,
    "or": lambda span, *parts: n.Or(span, parts),
    "and": lambda span, *parts: n.And(span, parts),
    "negation": n.Negation,
    "compare": n.Compare,
    "between": n.Between,
    "is_known": n.IsKnown,
    "is_not_known": n.IsNotKnown,
    "is_empty": n.IsEmpty,
    "is_not_empty": n.IsNotEmpty,
    "operator": _joined,
    "shifted": n.Shifted,
    "arithmetic": n.Arithmetic,
    "negative": n.Negative,
    "time_since": n.TimeSince,
    "time_until": n.TimeUntil,
    "inside": n.Inside,
    "member": n.Member,
    "name": _same,
    "parenthesis": n.Parenthesis,
    "call": lambda span, name, arguments: n.Call(span, name, arguments or ()),
    "arguments": _many,
    "windowed": lambda span, stream, *windows: n.Windowed(span, stream, windows),
    "list": lambda span, elements: n.List(span, elements or ()),
    "elements": _many,
    "aggregate": _aggregate,
    "function": _joined,
    "stream": _stream,
    "streams": _many,
    "named_stream": _named_stream,
    "in_the_last": n.InTheLast,
    "since": n.Since,
    "before": lambda span, word, end: n.Before(span, end),
    "duration": lambda span, *spans: n.Duration(span, spans),
    "span": lambda span, amount, unit: n.TimeSpan(span, amount.value, unit),
    "number": _same,
    "money": lambda span, amount, currency: n.Money(span, amount.value, currency.text),
    "percent": lambda span, amount: n.Percent(span, amount.value / 100),
    "text_literal": _same,
    "yes": n.Yes,
    "no": lambda span, word: n.No(span),
}
