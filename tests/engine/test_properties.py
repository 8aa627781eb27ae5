"""What holds for any clock, any timeline and any instant, found by looking for what breaks it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadenza.engine.clock import Zone
from cadenza.engine.customer import Customer
from cadenza.engine.events import Inputs
from cadenza.engine.journal import Journal, kept
from cadenza.engine.plan import Plan, lower
from cadenza.engine.replay import Span, Timeline, replay
from cadenza.values import DAY, HOUR, MINUTE, Length
from tests.support.scenarios import event_fields, instant, program, zone

EPOCH = datetime(1970, 1, 1)
NAMES = (
    "Europe/Rome",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "America/Havana",
    "Asia/Tehran",
    "Antarctica/Troll",
    "Europe/Dublin",
)
clocks = st.sampled_from(NAMES)
# From 1970 to 2037, and often near a change of the clock.
anywhen = st.integers(0, 67 * 365 * DAY)
lengths = st.builds(Length, st.integers(0, 14), st.integers(0, 40), st.integers(0, 50 * HOUR // MINUTE).map(lambda n: n * MINUTE))


@st.composite
def instants(draw: st.DrawFn, name: str) -> int:
    at = draw(anywhen)
    near = zone(name).next_change(at)
    return near + draw(st.integers(-3 * DAY, 3 * DAY)) if near < 67 * 365 * DAY and draw(st.booleans()) else at


def reading(at: int, place: ZoneInfo) -> datetime:
    return (EPOCH.replace(tzinfo=UTC) + timedelta(microseconds=at)).astimezone(place)


def meant(wall: datetime, place: ZoneInfo) -> int:
    moment = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    return (moment.replace(tzinfo=None) - EPOCH) // timedelta(microseconds=1)


# -- The clock, against the standard library --------------------------------------------------------------------------


@given(st.data(), clocks)
def test_1_2_a_clock_reads_what_the_standard_library_reads(data: st.DataObject, name: str) -> None:
    at, here, place = data.draw(instants(name)), zone(name), ZoneInfo(name)
    wall = reading(at, place).replace(tzinfo=None)
    assert EPOCH + timedelta(microseconds=here.wall(at)) == wall
    assert here.instant(here.wall(at)) == meant(wall, place) <= at


@given(st.data(), clocks)
def test_1_2_a_reading_that_may_be_skipped_means_what_the_standard_library_says(data: st.DataObject, name: str) -> None:
    wall = data.draw(instants(name))
    assert zone(name).instant(wall) == meant(EPOCH + timedelta(microseconds=wall), ZoneInfo(name))


@given(st.data(), clocks, lengths, st.sampled_from([1, -1]))
def test_1_3_a_length_is_added_by_the_calendar(data: st.DataObject, name: str, length: Length, sign: int) -> None:
    at, place = data.draw(instants(name).filter(lambda one: one > 3 * 365 * DAY)), ZoneInfo(name)
    moved = at
    if length.months or length.days:
        wall = reading(at, place).replace(tzinfo=None)
        month = wall.year * 12 + wall.month - 1 + sign * length.months
        first = wall.replace(year=month // 12, month=month % 12 + 1, day=1)
        last = ((first + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
        moved = meant(first.replace(day=min(wall.day, last)) + timedelta(days=sign * length.days), place)
    assert zone(name).add(at, length, sign) == moved + sign * length.micros


@given(st.data(), clocks, lengths)
def test_1_3_the_clock_gives_the_same_whatever_it_was_asked_before(data: st.DataObject, name: str, length: Length) -> None:
    many = sorted(data.draw(st.lists(instants(name), min_size=1, max_size=8)))
    here = zone(name)
    fresh = Zone(name, here._offsets[0], tuple(zip(here._changes, here._offsets[1:], strict=True)))
    assert here.add_all(many, length)[0] == [fresh.add(one, length) for one in reversed(many)][::-1]


# -- Windows, against counting again ----------------------------------------------------------------------------------

ASKED = (
    "count(order in the last {0})",
    "sum(order.total in the last {0})",
    "first(order in the last {0}).id",
    "last(order in the last {0}).id",
    "count(distinct order.coupon in the last {0})",
    "count(order in the last {0} where total >= 3 EUR)",
    "average(order.total in the last {0})",
    "max(order.total in the last {0})",
    "most frequent(order.coupon in the last {0})",
)
WINDOWS = {"1 month": Length(1, 0, 0), "7 days": Length(0, 7, 0), "36 hours": Length(0, 0, 36 * HOUR), "1 year": Length(12, 0, 0)}


def plan_of(text: str) -> Plan:
    return lower(program(text))


def laid(plan: Plan, rows: list[tuple[str, int, dict[str, Any]]]) -> Inputs:
    return Inputs(
        [kind for kind, _, _ in rows], [at for _, at, _ in rows], [event_fields(plan.layout, kind, at, f) for kind, at, f in rows]
    )


def naive(rows: list[tuple[str, int, dict[str, Any]]], now: int, length: Length, here: Zone) -> list[Any]:
    """Answer `ASKED` from the events one by one: an event has left once it, or a later one, has been in for the length."""
    orders = [(at, fields) for kind, at, fields in rows if kind == "order" and at <= now]
    gone = max((place for place, (at, _) in enumerate(orders) if here.add(at, length) <= now), default=-1)
    inside = [fields for _, fields in orders[gone + 1 :]]
    totals = [fields["total"] for fields in inside if fields["total"] is not None]
    coupons = [fields["coupon"] for fields in inside if fields["coupon"] is not None]
    often = max(coupons, key=lambda one: (coupons.count(one), max(i for i, c in enumerate(coupons) if c == one)), default=None)
    return [
        len(inside),
        sum(totals),
        inside[0]["id"] if inside else None,
        inside[-1]["id"] if inside else None,
        len(set(coupons)),
        len([one for one in totals if one >= 300]),
        Fraction(sum(totals), len(totals)) if totals else None,
        max(totals, default=None),
        often,
    ]


orders_after = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 40 * DAY), st.integers(0, 40 * 24).map(lambda hours: hours * HOUR)),
        st.sampled_from([100, 300, 500, None]),
        st.sampled_from(["X", "Y", None]),
    ),
    max_size=12,
)


@pytest.mark.parametrize("window", WINDOWS)
@settings(max_examples=40)
@given(
    found=orders_after,
    start=st.sampled_from(["2026-01-20", "2026-03-20", "2026-10-20"]),
    name=st.sampled_from(["Europe/Rome", "Asia/Tokyo"]),
)
def test_1_5_what_is_asked_of_a_window_is_what_counting_again_gives(
    window: str, found: list[tuple[int, int | None, str | None]], start: str, name: str
) -> None:
    here = zone(name)
    first = instant(start, here)
    rows = [
        ("order", first + after, {"id": f"o{place}", "total": total, "coupon": coupon})
        for place, (after, total, coupon) in enumerate(sorted(found, key=lambda one: one[0]))
    ]
    customer = _customer(_windows(window), rows, here)
    edges = {at + delta for _, at, _ in rows for delta in (0, 1)}
    edges |= {here.add(at, WINDOWS[window]) + delta for _, at, _ in rows for delta in (-1, 0, 1)} | {first}
    for now in sorted(edges):
        customer.now, customer.taken = now, sum(at <= now for _, at, _ in rows)
        customer.until = 1 << 62
        values = [condition(customer, None) for condition in _compiled(window)]
        assert values == naive(rows, now, WINDOWS[window], here)


def _windows(window: str) -> Plan:
    return _PLANS[window][0]


def _compiled(window: str) -> list[Any]:
    return _PLANS[window][1]


def _asking(window: str) -> tuple[Plan, list[Any]]:
    """Make a plan whose one run says all that is asked; its compiled values are those of the message's `with`."""
    names = ", ".join(f"v{place} = {one.format(window)}" for place, one in enumerate(ASKED))
    plan = plan_of(f'flow a\n  on order\n  enter every time\n  send email "x"\n    with {names}\n')
    (step,) = [step for step in plan.flows[0].steps if hasattr(step, "_texts")]
    return plan, [value for _, value, _, _ in step._texts]


_PLANS = {window: _asking(window) for window in WINDOWS}


def _customer(plan: Plan, rows: list[tuple[str, int, dict[str, Any]]], here: Zone) -> Customer:
    return Customer(plan, here, laid(plan, rows), Journal("anna", kept("all"), plan.ids), {}, {}, frozenset())


# -- Conditions say until when they hold ------------------------------------------------------------------------------

TIMED = (
    "time since last(order) >= 7 days",
    "time since last(order) > 36 hours",
    "time since first(order) < 1 month",
    "count(order in the last 7 days) >= 2",
    "sum(order.total in the last 1 month) >= 4 EUR",
    "not any(order in the last 36 hours)",
    "now.time >= 02:30",
    "now.weekday = monday",
    "now.hour = 2",
    "now.day = 29",
    "today >= 2026-03-29",
    "now >= 2026-03-29 12:00",
    "now <= 2026-10-25 02:30",
    "time until 2026-10-26 <= 1 day",
    "time until customer.birthday < 3 days",
    "today = customer.birthday",
    "now.time between 02:15 and 02:45",
    "median gap(order) >= 2 days",
    "time since last(order) >= median gap(order)",
    "now.month = 4 or now.time = 02:30",
    "time since expected next(order) >= 1 day",
)


@pytest.mark.parametrize("condition", TIMED)
@settings(max_examples=25)
@given(
    found=orders_after,
    start=st.sampled_from(["2026-03-25", "2026-10-22"]),
    name=st.sampled_from(["Europe/Rome", "Australia/Lord_Howe"]),
    probes=st.lists(st.integers(0, 10 * DAY), min_size=1, max_size=6),
)
def test_rule_1_a_condition_keeps_its_value_until_the_instant_it_said(
    condition: str, found: list[tuple[int, int | None, str | None]], start: str, name: str, probes: list[int]
) -> None:
    here = zone(name)
    first = instant(start, here)
    plan, test = _TIMED[condition]
    rows = [("order", first + after % (5 * DAY), {"id": "o", "total": total}) for after, total, _ in found]
    rows.sort(key=lambda one: one[1])
    customer = _customer(plan, rows, here)
    customer.fields["birthday"] = (3, 29)
    customer.taken = len(rows)
    now, last = first + 5 * DAY, first + 12 * DAY
    for _ in range(200):
        customer.now, customer.until = now, 1 << 62
        value, until = test(customer, None), customer.until
        assert until > now
        between = [one for probe in probes if now < (one := first + 5 * DAY + probe) < until]
        for probe in [now + 1, *between, until - 1]:
            if now < probe < until and probe <= last + DAY:
                customer.now = probe
                assert test(customer, None) is value, (condition, probe)
        if until > last:
            break
        now = until


def _timed(condition: str) -> tuple[Plan, Any]:
    plan = plan_of(f'flow a\n  when {condition}\n  tag "x"\n')
    return plan, plan.watches[0].condition


_TIMED = {condition: _timed(condition) for condition in TIMED}

# -- Whole replays ----------------------------------------------------------------------------------------------------

SHOP = """
shop "S"
  time zone Europe/Rome
  quiet hours 22:00 to 06:00
  quiet hours sms 19:00 to 10:00
  quiet days sunday
  at most 2 messages per 2 days, else wait up to 3 days
  at most 3 messages per 7 days
  at most 1 sms per day, else wait up to 12 hours

flow cart
  on cart then no order within 1 hour
  leave on order
  send email "c1"
  wait for click of this flow up to 1 day
    tag "warm"
  else
    send sms or email "c2"
  wait until monday at 23:00
  send email next of "c3", "c4" again after 3 days

flow thanks
  on order
  enter every time
  priority 3
  send email "receipt"
    transactional
  wait 36 hours
  send email "t"

flow back
  when time since last(order) >= 2 days
  while time since last(order) < 6 days
  group g
  repeat 3 times
    send push "b"
    wait 1 day

flow often
  when count(order in the last 3 days) >= 2
  group g
  enter again, starting over
  add 5 points to customer.score for 2 days
  wait until customer.score < 5 up to 4 days
  send email "o"
  untag "warm"
"""
PLAN = lower(program(SHOP))
KINDS = st.sampled_from(["order", "cart", "click", "view", "unsubscribe", "subscribe"])
timelines = st.lists(
    st.tuples(KINDS, st.integers(0, 14 * 24 * 4).map(lambda quarter: quarter * 15 * MINUTE), st.sampled_from(["c1", "t"])),
    max_size=25,
)


def replayed(found: list[tuple[str, int, str]], start: str, detail: str = "all") -> list[dict[str, Any]]:
    here = zone("Europe/Rome")
    first = instant(start, here)
    rows = [
        (kind, first + after, {"id": f"{kind}{place}", "message": name, "list": "n" if kind == "subscribe" else None})
        for place, (kind, after, name) in enumerate(sorted(found, key=lambda one: one[1]))
    ]
    timeline = Timeline("anna", {"id": "anna"}, {}, laid(PLAN, rows), None)
    lines = replay(PLAN, timeline, here, Span(first, first + 30 * DAY), kept(detail), frozenset()).lines
    return [json.loads(line) for line in lines]


starts = st.sampled_from(["2026-03-16", "2026-10-13", "2026-01-01"])


def micros(line: dict[str, Any]) -> int:
    return instant(line["at"], zone("UTC"))


@settings(max_examples=60)
@given(timelines, starts)
def test_10_1_ids_count_up_and_causes_are_earlier_lines(found: list[tuple[str, int, str]], start: str) -> None:
    lines = replayed(found, start)
    ids = [line["id"] for line in lines]
    assert ids == [f"anna#{number}" for number in range(1, len(ids) + 1)]
    assert [line["at"] for line in lines] == sorted((line["at"] for line in lines), key=lambda at: instant(at, zone("UTC")))
    for place, line in enumerate(lines):
        assert "#" not in line["cause"] or line["cause"] in ids[:place]


@settings(max_examples=60)
@given(timelines, starts)
def test_8_5_no_limit_is_ever_exceeded(found: list[tuple[str, int, str]], start: str) -> None:
    rome = zone("Europe/Rome")
    sent = [line for line in replayed(found, start) if line["what"] == "sent" and line["message"] != "receipt"]
    at = [micros(line) for line in sent]
    for most, length in ((2, Length(0, 2, 0)), (3, Length(0, 7, 0))):
        for place, one in enumerate(at):
            assert sum(one <= other < rome.add(one, length) for other in at[place:]) <= most
    days = [rome.day(micros(line)) for line in sent if line["channel"] == "sms"]
    assert len(days) == len(set(days))


@settings(max_examples=60)
@given(timelines, starts)
def test_8_4_no_message_goes_out_in_a_quiet_time_unless_it_is_transactional(
    found: list[tuple[str, int, str]], start: str
) -> None:
    rome = zone("Europe/Rome")
    for line in replayed(found, start):
        if line["what"] == "sent" and line["message"] != "receipt":
            quiet = (19 * HOUR, 10 * HOUR) if line["channel"] == "sms" else (22 * HOUR, 6 * HOUR)
            assert quiet[1] <= rome.time(micros(line)) < quiet[0]
            assert rome.day(micros(line)) % 7 != 0


@settings(max_examples=60)
@given(timelines, starts)
def test_6_every_run_enters_once_and_ends_at_most_once(found: list[tuple[str, int, str]], start: str) -> None:
    inside: set[tuple[str, int]] = set()
    numbers: dict[str, int] = {}
    for line in replayed(found, start):
        run = (line["flow"], line["run"])
        if line["what"] == "entered":
            numbers[line["flow"]] = numbers.get(line["flow"], 0) + 1
            assert line["run"] == numbers[line["flow"]]
            inside.add(run)
        elif line["run"] is not None:
            assert run in inside
        if line["what"] in ("left", "finished"):
            inside.remove(run)
        assert len({flow for flow, _ in inside if flow in ("back", "often")}) <= 1


@settings(max_examples=30)
@given(timelines, starts)
def test_what_happens_does_not_depend_on_how_much_is_written(found: list[tuple[str, int, str]], start: str) -> None:
    words = ("sent", "held", "dropped", "skipped")
    short = [(line["at"], line["what"], line["message"]) for line in replayed(found, start, "messages") if line["what"] in words]
    full = [(line["at"], line["what"], line["message"]) for line in replayed(found, start) if line["what"] in words]
    assert short == full
