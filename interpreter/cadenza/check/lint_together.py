"""Find what flows do to each other: messages without end, two flows on one occasion, a group that keeps nobody apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cadenza.check import program as p
from cadenza.check.findings import Report
from cadenza.check.lint_paths import Elapsed, Point, paths
from cadenza.check.terms import Constant, Term
from cadenza.syntax import nodes as n
from cadenza.syntax.source import Span
from cadenza.values import DAY

Steps = Mapping[str, Sequence[p.Step]]
"""All steps of each flow, by its name."""
Declarations = Mapping[Span, n.Flow]
"""The text of each flow, by the place of its name: flows for each row of a table have one."""


def lint(program: p.Program, steps: Steps, declarations: Declarations, report: Report) -> None:
    _endless(program, steps, report)
    _same_occasion(program, steps, report)
    _lonely(program, declarations, report)


def _messages(steps: Sequence[p.Step]) -> Iterator[p.Send]:
    return (step for step in steps if isinstance(step, p.Send) and not step.transactional)


# -- Messages without end ---------------------------------------------------------------------------------------------


class _Push(NamedTuple):
    """A step of one flow that lets people into another."""

    target: str
    step: p.Step


def _endless(program: p.Program, steps: Steps, report: Report) -> None:
    """Find circles of flows that let each other in, and nothing on the way asks, waits or limits."""
    flows = {flow.name: flow for flow in program.flows}
    pushes = _pushes(program, steps)
    for name in pushes:
        ring = _ring(name, pushes)
        if not ring or min(push.target for push in ring) != name:
            continue
        inside = [push.target for push in ring]
        if any(flows[one].limits for one in inside) or not any(
            not step.next_of for one in inside for step in _messages(steps[one])
        ):
            continue
        around = " → ".join([name, *inside])
        report.add(
            "W0301",
            f"these messages never end: {around}",
            ring[0].step.span,
            help="let in once only (`enter once`), ask with `if` before, or set a limit: `at most 1 message per 7 days`",
        )


def _pushes(program: p.Program, steps: Steps) -> dict[str, list[_Push]]:
    """Find which flow lets into which, whatever happens; flows that ask at the door are left out."""
    open_ = [flow for flow in program.flows if flow.audience is None and not flow.whiles and flow.reentry.mode != "once"]
    waiting = [(flow, entry) for flow in open_ for entry in flow.entries if isinstance(entry, p.OnEvents) and not entry.follows]
    found: dict[str, list[_Push]] = {}
    names = {flow.name: flow for flow in open_}
    if not waiting and not any(isinstance(step, p.Start) for flow in open_ for step in steps[flow.name]):
        return found
    sent_to = [(flow, one.main) for flow, entry in waiting for one in entry.patterns if one.kind == "sent" and one.where is None]
    for flow in open_:
        if not sent_to and not any(isinstance(step, p.Start) for step in steps[flow.name]):
            continue
        for point in (point for way in paths(flow) for point in way if not point.asked):
            for target in _let_in(point, sent_to, bool(program.shop.limits)):
                if target in names and _again(flow, names[target]):
                    found.setdefault(flow.name, []).append(_Push(target, point.step))
    return found


def _let_in(point: Point, sent_to: Sequence[tuple[p.Flow, Term | None]], limited: bool) -> Iterator[str]:
    match point.step:
        case p.Start(flows=started) if not point.waits and not limited:
            yield from started
        case p.Send(next_of=False, messages=messages) if not limited:
            for flow, main in sent_to:
                if main is None or (isinstance(main, Constant) and main.value in messages):
                    yield flow.name


def _again(flow: p.Flow, target: p.Flow) -> bool:
    """Whether the one who is pushed is let in again: a flow is refused to those inside it, and it pushes while they are."""
    if target.reentry.after:
        return False
    return flow is not target or target.reentry.mode in ("every time", "starting over")


def _ring(name: str, pushes: Mapping[str, Sequence[_Push]]) -> list[_Push]:
    """Give the shortest way round from a flow back to it."""
    ways: list[list[_Push]] = [[push] for push in pushes[name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        last = way[-1].target
        if last == name:
            return way
        if last not in seen:
            seen.add(last)
            ways += [[*way, push] for push in pushes.get(last, ())]
    return []


# -- Two flows on one occasion ----------------------------------------------------------------------------------------


def _same_occasion(program: p.Program, steps: Steps, report: Report) -> None:
    """Find two flows that let in the same people by the same event, and message them within a day of each other."""
    first: dict[object, list[p.Flow]] = {}
    for flow in program.flows:
        if flow.group is None and flow.entries and any(_messages(steps[flow.name])):
            # Flows with the same words are compared at length: it costs far less to tell words apart than terms.
            words = tuple(one.span.text for one in flow.entries), flow.audience and flow.audience.term.span.text
            earlier = first.setdefault(words, [])
            for other in earlier:
                if other.span != flow.span and _same(other, flow) and _close(other, flow):
                    report.add(
                        "W0302",
                        f"`{flow.name}` and `{other.name}` let in the same customers at the same event, and both write to them",
                        flow.span,
                        help="put both into one `group`, make them one flow, or tell their audiences apart with `for`",
                        related=(("the other flow", other.span),),
                    )
                    break
            earlier.append(flow)


def _same(a: p.Flow, b: p.Flow) -> bool:
    if a.active != b.active or list(map(_what, a.entries)) != list(map(_what, b.entries)):
        return False
    return (a.audience and a.audience.term) == (b.audience and b.audience.term)


def _what(entry: p.Entry) -> object:
    """Give what lets in as something that can be compared, without its place and without what a condition would show."""
    match entry:
        case p.OnCondition(condition=condition):
            return condition.term
        case p.OnEvents(patterns=patterns, follows=follows):
            return patterns, [(one.no, one.patterns, one.within) for one in follows]
        case p.OnCalendar(calendar=calendar):
            return type(calendar), [getattr(calendar, name) for name in calendar.__match_args__]


def _close(a: p.Flow, b: p.Flow) -> bool:
    """Whether a message of one may come within a day of one of the other, through a channel that both use."""
    return any(
        _channels(one.step) & _channels(other.step) and abs(one.least.least - other.least.least) < DAY
        for one in _sent(a)
        for other in _sent(b)
    )


def _sent(flow: p.Flow) -> list[Point]:
    found: dict[tuple[str, Elapsed], Point] = {}
    for way in paths(flow):
        for point in way:
            if isinstance(point.step, p.Send) and not point.step.transactional:
                found.setdefault((point.step.path, point.least), point)
    return list(found.values())


def _channels(step: p.Step) -> set[object]:
    assert isinstance(step, p.Send)
    return {term.value for term in step.channels if isinstance(term, Constant)}


# -- Groups -----------------------------------------------------------------------------------------------------------


def _lonely(program: p.Program, declarations: Declarations, report: Report) -> None:
    """Find groups of one flow; a flow with parameters is made to be used, and its group is for its users."""
    groups: dict[str, list[p.Flow]] = {}
    for flow in program.flows:
        if flow.group is not None:
            groups.setdefault(flow.group, []).append(flow)
    for name, flows in groups.items():
        node = declarations.get(flows[0].span)
        if len(flows) == 1 and node is not None and isinstance(node.head, n.Head) and not node.head.parameters:
            line = next(one for one in node.lines if isinstance(one, n.Group))
            report.add(
                "W0303",
                f"`{flows[0].name}` is the only flow of the group `{name}`, so the group keeps nobody apart",
                line.span,
                help="leave the line out, or put the flows into it that a customer must not be in at the same time",
            )
