"""Find messages that come too late, or without end, or never: what waits, exits, limits and coupons do to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from cadenza.check import program as p
from cadenza.check.findings import Report
from cadenza.check.lint_paths import Elapsed, Point, fixed_length, paths
from cadenza.check.terms import (
    Aggregate,
    All,
    ClockComparison,
    Constant,
    EventField,
    EventStream,
    Holds,
    Pattern,
    Some,
    Term,
)
from cadenza.values import Length

_WAITS = (p.Wait, p.WaitUntil, p.WaitUntilCondition, p.WaitFor)

Path = tuple[Point, ...]
Coupons = dict[str, set[str]]
"""The flows that issue each coupon, by its name."""


def lint(flow: p.Flow, steps: Sequence[p.Step], shop: p.Shop, issued: Coupons, report: Report) -> None:
    sends = [step for step in steps if isinstance(step, p.Send) and not step.transactional]
    bounds = list(_bounds(flow)) if any(isinstance(step, p.Wait | p.WaitFor) for step in steps) else []
    most = _most(flow.steps) if sends else 0
    several = most > 1
    limits = [limit for limit in (*shop.limits, *flow.limits) if limit.count < most]
    goes_on = several and not (flow.leave_on or flow.whiles or flow.leave_when) and _waits_between(steps)
    coupons = any(not coupon.offer for step in sends for coupon, _ in step.coupons)
    if not (bounds or limits or goes_on or coupons):
        return
    ways = paths(flow)
    for bound, moment in bounds:
        _outlived(flow, bound, moment, ways, report)
    if goes_on:
        _goes_on(flow, ways, report)
    quiet = bool(shop.quiet_hours or shop.quiet_weekdays or shop.quiet_dates)
    any(_dropped(limit, quiet, ways, report) for limit in limits)
    if coupons:
        _expired(flow, issued, ways, report)


def _most(steps: Sequence[p.Step]) -> int:
    """Count the messages on the path with the most of them."""
    return sum(map(_most_of, steps))


def _most_of(step: p.Step) -> int:
    match step:
        case p.Send(transactional=()):
            return 1
        case p.If(branches=branches, otherwise=otherwise):
            return max(_most(otherwise), *(_most(body) for _, body in branches))
        case p.Split(arms=arms):
            return max(_most(body) for _, _, body in arms)
        case p.WaitUntil() | p.WaitUntilCondition() | p.WaitFor():
            return max(_most(step.body), _most(step.otherwise))
        case p.Repeat(times=times, body=body):
            return times * _most(body)
        case _:
            return 0


def issued_by(steps: Mapping[str, Sequence[p.Step]]) -> Coupons:
    """Find which flows issue each coupon, from all steps of each flow."""
    found: Coupons = {}
    for flow, inside in steps.items():
        for step in inside:
            for coupon in _coupons(step):
                if coupon.offer is not None:
                    found.setdefault(coupon.name, set()).add(flow)
    return found


def _coupons(step: p.Step) -> list[p.Coupon]:
    match step:
        case p.Send(coupons=coupons):
            return [coupon for coupon, _ in coupons]
        case p.IssueCoupon(coupon=coupon):
            return [coupon]
        case _:
            return []


# -- Waits longer than what lets the run go on ------------------------------------------------------------------------


def _bounds(flow: p.Flow) -> Iterator[tuple[Term, Term]]:
    """Give the conditions that end a run when a time has passed, each with the moment from which it is counted."""
    for condition in flow.whiles:
        yield from _clocks(condition.term, All, "<")
    for condition in flow.leave_when:
        yield from _clocks(condition.term, Some, ">")


def _clocks(term: Term, joined: type[All | Some], operator: str) -> Iterator[tuple[Term, Term]]:
    match term:
        case All(parts=parts) | Some(parts=parts) if isinstance(term, joined):
            for part in parts:
                yield from _clocks(part, joined, operator)
        case Holds(part=part):
            yield from _clocks(part, joined, operator)
        case ClockComparison(direction="since", operator=written, moment=moment) if written[0] == operator:
            yield term, moment


def _outlived(flow: p.Flow, bound: Term, moment: Term, ways: Sequence[Path], report: Report) -> None:
    assert isinstance(bound, ClockComparison)
    length = fixed_length(bound.length)
    if length is None:
        return
    limit = Elapsed().after(length)
    stays = not _moves_on(moment, flow.leave_on)
    start = _at_entry(flow, moment) if stays else Length()
    for way in ways:
        for before, point in pairwise(way):
            waited = point.least.after(start) if stays else _between(before, point)
            if waited.reaches(limit):
                text = " ".join(bound.span.text.split())
                report.add(
                    "W0201",
                    f"nobody is left at this step: `{text}` ends the run while it waits"
                    if stays
                    else f"this step is only for those whose time starts anew during the wait: `{text}` ends all other runs",
                    point.step.span,
                    help="wait for a shorter time, or give the flow more of it",
                    related=(("the line that ends the run", bound.span),),
                )
                break


def _between(before: Point, point: Point) -> Elapsed:
    return Elapsed(point.least.months - before.least.months, point.least.micros - before.least.micros)


def _moves_on(moment: Term, leave_on: Sequence[Pattern]) -> bool:
    """Whether a moment may come anew while a run goes on: the last of some events, unless the run leaves on them."""
    match moment:
        case EventField(event=Aggregate(function="last", stream=EventStream(patterns=patterns))):
            ends = {one.kind for one in leave_on if one.main is None and one.where is None}
            return not all(one.kind in ends for one in patterns)
        case EventField(event=Aggregate()):
            return False
        case _:
            return not isinstance(moment, EventField | Constant)


def _at_entry(flow: p.Flow, moment: Term) -> Length:
    """Give what has passed since the moment when a run begins, as far as `when` says so."""
    match flow.entries:
        case (p.OnCondition(condition=condition),):
            for clock, since in _clocks(condition.term, All, ">"):
                assert isinstance(clock, ClockComparison)
                if since == moment:
                    return fixed_length(clock.length) or Length()
    return Length()


# -- Messages that go on ----------------------------------------------------------------------------------------------


def _goes_on(flow: p.Flow, ways: Sequence[Path], report: Report) -> None:
    """Find a message that follows another after a wait, and nothing between them asks what happened meanwhile."""
    for way in ways:
        sends = [point for point in way if _counted(point.step)]
        for first, then in pairwise(sends):
            if then.asked:
                break
            if then.waits > first.waits:
                hoped = flow.goal.patterns[0].span.text if flow.goal is not None and flow.goal.patterns else "order"
                report.add(
                    "W0202",
                    f"{_name(then.step)} goes out whatever the customer did since {_name(first.step)}",
                    then.step.span,
                    help=f"say what ends the run: `leave on {hoped}`; or ask before the message: `if …`",
                    related=(("the message before", first.step.span),) if first.step is not then.step else (),
                )
                return


def _waits_between(steps: Sequence[p.Step]) -> bool:
    """Whether, as the steps are written, there is a wait after the first message and before the last."""
    words = ["wait" if isinstance(one, _WAITS) else "again" if isinstance(one, p.Repeat) else "" for one in steps]
    sent = [number for number, one in enumerate(steps) if _counted(one)]
    return "again" in words or "wait" in words[sent[0] : sent[-1]]


def _counted(step: p.Step) -> bool:
    return isinstance(step, p.Send) and not step.transactional


def _name(step: p.Step) -> str:
    assert isinstance(step, p.Send)
    return " or ".join(f'"{one}"' for one in step.messages)


# -- Messages that a limit never lets out -----------------------------------------------------------------------------


def _dropped(limit: p.Limit, quiet: bool, ways: Sequence[Path], report: Report) -> bool:
    """Find a message that comes too soon after others of the same flow to have room."""
    for way in ways:
        sends = [point for point in way if _counted(point.step) and _covers(limit, point.step)]
        for first, then in zip(sends, sends[limit.count :], strict=False):
            if _too_soon(limit, quiet, first, then):
                report.add(
                    "W0203",
                    f"{_name(then.step)} is always dropped where {_name(first.step)} was sent ({limit.reason})",
                    then.step.span,
                    help="wait longer between the two, or let the limit hold messages: `else wait up to …`",
                    related=(("the message before", first.step.span),) if first.step is not then.step else (),
                )
                return True
    return False


def _covers(limit: p.Limit, step: p.Step) -> bool:
    if not isinstance(step, p.Send) or step.next_of:
        return False
    channels = {term.value if isinstance(term, Constant) else None for term in step.channels}
    return channels == {limit.channel} or (limit.channel is None and "onsite" not in channels)


def _too_soon(limit: p.Limit, quiet: bool, first: Point, then: Point) -> bool:
    if limit.length is None:
        return limit.hold is None and first.waits == then.waits
    if first.most is None or then.most is None:
        return False
    apart = Elapsed(then.most.months - first.most.months, then.most.micros - first.most.micros)
    latest = apart.after(limit.hold or Length()).after(Length(days=int(quiet)))
    return Elapsed().after(limit.length).least > latest.most


# -- Coupons ----------------------------------------------------------------------------------------------------------


def _expired(flow: p.Flow, issued: Coupons, ways: Sequence[Path], report: Report) -> None:
    """Find a message that mentions a coupon after its end."""
    for way in ways:
        ends: dict[str, tuple[Point, Length | None]] = {}
        for point in way:
            for coupon in _coupons(point.step):
                if coupon.offer is not None:
                    ends[coupon.name] = (point, fixed_length(coupon.offer.lifetime))
                elif coupon.name in ends and issued[coupon.name] == {flow.name}:
                    since, length = ends[coupon.name]
                    if length is not None and _between(since, point).reaches(Elapsed().after(length)):
                        report.add(
                            "W0204",
                            f'the coupon "{coupon.name}" has expired before this message mentions it, so it is left out',
                            point.step.span,
                            help="let it live longer, or send the message sooner",
                            related=(("issued here", since.step.span),),
                        )
