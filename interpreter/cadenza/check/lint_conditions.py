"""Find conditions that decide nothing: never true, always true, or silent about those they seem to speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cadenza.check import program as p
from cadenza.check.findings import Report
from cadenza.check.lint_ranges import NOTHING, Known, always, certain, implies, narrowed, negated, none_of, possible
from cadenza.check.terms import (
    Aggregate,
    All,
    ClockComparison,
    Comparison,
    EventField,
    EventStream,
    Holds,
    IsEmpty,
    IsKnown,
    Not,
    Pattern,
    Some,
    Term,
)

_SIGNS_OF_LIFE = frozenset({"open", "click", "visit", "view", "search"})
"""Events that many customers never had, and that nobody has to have had to be a customer."""


def lint(flow: p.Flow, steps: Sequence[p.Step], report: Report) -> None:
    never_alone = _headers(flow, report)
    for step in steps:
        match step:
            case p.If():
                _branches(step, report)
            case p.WaitUntilCondition(condition=condition):
                _never(condition.term, "so nothing but `up to` ends this wait", report)
            case p.Repeat(until=p.Condition(term=term)):
                _never(term, "so it never ends the repeating", report)
            case p.WaitFor(patterns=patterns):
                _picked(patterns, report)
            case p.Send():
                for only_if in _clauses(step):
                    if not _never(only_if, "so this line never counts", report):
                        _always(only_if, report)
    if not never_alone:
        for entry in flow.entries:
            _enters(flow, entry, report)
    _left_out(flow, steps, report)


def _headers(flow: p.Flow, report: Report) -> bool:
    """Look at each line above the steps by itself; give whether one of them is never true."""
    found = False
    for entry in flow.entries:
        match entry:
            case p.OnCondition(condition=condition):
                found |= _never(condition.term, "so nobody ever enters here", report)
            case p.OnEvents(patterns=patterns, follows=follows):
                found |= _picked(patterns, report)
                for follow in follows:
                    found |= _picked(follow.patterns, report)
    for condition in (*([flow.audience] if flow.audience else ()), *flow.whiles):
        found |= _never(condition.term, "so nobody is ever let in", report) or _always(condition.term, report)
    for condition in flow.leave_when:
        found |= _never(condition.term, "so nobody ever leaves by it", report)
    _picked(flow.leave_on, report)
    return found


def _clauses(send: p.Send) -> Iterator[Term]:
    yield from (one.only_if for one in send.texts if one.only_if is not None)
    yield from (only_if for _, only_if in send.coupons if only_if is not None)
    yield from (one for one in send.transactional if one.span.text != "transactional")


def _picked(patterns: Iterable[Pattern], report: Report) -> bool:
    wheres = [one.where for one in patterns if one.where is not None]
    return sum(_never(where, "so no event fits", report) for where in wheres) > 0


def _never(term: Term, so: str, report: Report) -> bool:
    if possible(term):
        return False
    text = _short(term)
    report.add("W0101", f"`{text}` is never true, {so}", term.span, help="correct what is compared, or leave it out")
    return True


def _always(term: Term, report: Report) -> bool:
    if not always(term):
        return False
    report.add("W0102", f"`{_short(term)}` is always true", term.span, help="correct what is compared, or leave it out")
    return False


def _short(term: Term) -> str:
    text = " ".join(term.span.text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


# -- Branches ---------------------------------------------------------------------------------------------------------


def _branches(step: p.If, report: Report) -> None:
    """Find branches that are never taken, by themselves or because of those above them."""
    known: Known | None = NOTHING
    conditions = [condition.term for condition, _ in step.branches]
    for number, term in enumerate(conditions):
        if _never(term, "so this branch is never taken", report):
            continue
        above = next((one for one in conditions[:number] if implies(term, one)), None)
        if above is None and (known is None or narrowed(known, term) is None):
            above = conditions[number - 1]
        if above is not None:
            report.add(
                "W0101",
                f"whoever fits `{_short(term)}` was taken by a condition above, so this branch is never taken",
                term.span,
                help="put the narrower condition first, or leave this branch out",
                related=(("the condition above", above.span),),
            )
        elif always(term):
            report.add(
                "W0102",
                f"`{_short(term)}` is always true",
                term.span,
                help="correct what is compared, or write the steps without `if`",
            )
            return
        elif known is not None and len(conditions) > 1 and certain(term):
            known = narrowed(known, negated(term))
    if known is None and step.otherwise:
        report.add(
            "W0101",
            "one of the conditions above is always true, so `else` is never reached",
            step.otherwise[0].span,
            help="leave `else` out, or correct the conditions",
            related=(("the last condition", conditions[-1].span),),
        )


# -- Who enters -------------------------------------------------------------------------------------------------------


def _enters(flow: p.Flow, entry: p.Entry, report: Report) -> None:
    """Find headers that can never hold together with what lets people in."""
    tests = [*([flow.audience.term] if flow.audience else ()), *(one.term for one in flow.whiles)]
    match entry:
        case p.OnCondition(condition=condition):
            known = narrowed(NOTHING, condition.term) if tests else None
            for test in tests:
                if known is not None and (known := narrowed(known, test)) is None:
                    _nobody(f"`{_short(test)}` is never true where `{_short(condition.term)}` is", test, entry, report)
        case p.OnEvents(patterns=patterns, follows=()):
            picks = [one.where for one in patterns[:1] if one.where is not None]
            for test in (*picks, *tests):
                if _denies(test, patterns):
                    kind = patterns[0].kind
                    _nobody(
                        f"`{_short(test)}` is not true of anybody at that event: the `{kind}` itself counts", test, entry, report
                    )


def _nobody(message: str, test: Term, entry: p.OnCondition | p.OnEvents, report: Report) -> None:
    report.add(
        "W0103",
        f"nobody ever enters here: {message}",
        test.span,
        help="an event is a fact before anybody is let in by it; the first order is `count(order) = 1`"
        if isinstance(entry, p.OnEvents)
        else "correct one of the two lines",
        related=(("the line that lets them in", entry.span),),
    )


def _denies(test: Term, patterns: Sequence[Pattern]) -> bool:
    """Whether a condition says that there was no event of those that let in."""
    return any(_counts_all(one, patterns) for one in none_of(test))


def _counts_all(term: Aggregate, patterns: Sequence[Pattern]) -> bool:
    stream = term.stream
    if not isinstance(stream, EventStream) or stream.lines or stream.field or stream.where is not None or term.distinct:
        return False
    if any(one.edge != "last" for one in stream.windows):
        return False
    plain = {one.kind for one in stream.patterns if one.main is None and one.where is None and not one.of_this_flow}
    return all(one.kind in plain for one in patterns)


# -- Those who never did ----------------------------------------------------------------------------------------------


def _left_out(flow: p.Flow, steps: Sequence[p.Step], report: Report) -> None:
    """Find `time since last(click) > …` where nothing is said about those who never clicked."""
    conditions = [*([flow.audience] if flow.audience else ()), *flow.leave_when]
    conditions += [condition for step in steps if isinstance(step, p.If) for condition, _ in step.branches]
    for condition in conditions:
        for clock, stream in _long_ago(condition.term):
            if not _spoken_of(condition.term, stream):
                text = " ".join(stream.span.text.split())
                report.add(
                    "W0104",
                    f"`{_short(clock)}` is unknown, so not true, for those who never had `{text}`",
                    clock.span,
                    help=f"if they are meant too: `count({text}) = 0 or {_short(clock)}`; if not: `any({text}) and …`",
                )


def _long_ago(term: Term) -> Iterator[tuple[Term, EventStream]]:
    """Give the questions whether some sign of life is long ago, where a yes counts."""
    match term:
        case All(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from _long_ago(part)
        case Holds(part=part):
            yield from _long_ago(part)
        case Not(part=ClockComparison() as part):
            yield from _long_ago(negated(part))
        case ClockComparison(
            direction="since",
            moment=EventField(event=Aggregate(function="last", stream=EventStream() as stream)),
            operator=">" | ">=",
        ):
            if all(one.kind in _SIGNS_OF_LIFE for one in stream.patterns):
                yield term, stream


def _spoken_of(term: Term, stream: EventStream) -> bool:
    """Whether a condition says something about whether there was such an event at all."""
    match term:
        case All(parts=parts) | Some(parts=parts):
            return any(_spoken_of(part, stream) for part in parts)
        case Not(part=part) | Holds(part=part):
            return _spoken_of(part, stream)
        case Comparison(left=left, right=right):
            return _spoken_of(left, stream) or _spoken_of(right, stream)
        case IsKnown(part=part) | IsEmpty(part=part):
            return True
        case Aggregate(function="count" | "any", stream=EventStream(patterns=patterns)):
            return {one.kind for one in patterns} >= {one.kind for one in stream.patterns}
        case _:
            return False
