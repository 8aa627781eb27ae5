"""Say what every journal obeys, whatever the program and the timeline; each is worked out without the engine's own means."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cadenza.check.vocabulary import ADDRESSES, REASONS
from cadenza.engine.journal import WORDS
from cadenza.values import HOUR, MINUTE, SECOND, Length
from tests.support.generating.playing import Line, Played
from tests.support.generating.shops import Limit
from tests.support.generating.words import RECEIPTS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OF_THE_CUSTOMER = ("goal", "coupon_redeemed", "coupon_expired", "coupon_open")
"""Lines that name a run which may be over by then."""


def micros(line: Line) -> int:
    return (datetime.fromisoformat(line["at"]) - _EPOCH) // timedelta(microseconds=1)


def sent(played: Played) -> Iterator[tuple[int, Line]]:
    """Give the messages that are under the rules of the shop, with their instants."""
    return ((micros(line), line) for line in played.lines if line["what"] == "sent" and line["message"] not in RECEIPTS)


def lines_are_numbered_and_time_never_goes_back(played: Played) -> None:
    assert [line["id"] for line in played.lines] == [f"anna#{number}" for number in range(1, len(played.lines) + 1)]
    instants = [micros(line) for line in played.lines]
    assert instants == sorted(instants)
    assert all(played.life.start <= at <= played.life.until for at in instants)


def what_led_to_a_line_came_before_it(played: Played) -> None:
    earlier = {"clock"}
    inputs = {(kind, at) for kind, at, _ in played.life.rows}
    names = {f"{kind} {fields['id']}": at for kind, at, fields in played.life.rows if "id" in fields}
    for line in played.lines:
        cause, at = line["cause"], micros(line)
        if cause not in earlier:
            kind, _, rest = cause.partition(" at ")
            assert names.get(cause, at + 1) <= at or (kind, micros({"at": rest})) in inputs
        earlier.add(line["id"])


def words_and_reasons_are_those_of_the_table(played: Played) -> None:
    for line in played.lines:
        assert line["what"] in WORDS
        reason = line.get("reason", "left")
        assert reason in REASONS or reason.startswith("limit ") or (line["what"], reason) == ("points", "expired")


def runs_begin_and_end_once(played: Played) -> None:
    inside: set[tuple[str, int]] = set()
    entered: Counter[str] = Counter()
    flows = {flow.name: flow for flow in played.plan.program.flows}
    for line in played.lines:
        flow, number, what = line["flow"], line["run"], line["what"]
        if what == "entered":
            entered[flow] += 1
            assert number == entered[flow]
            inside.add((flow, number))
            assert flows[flow].reentry.mode != "once" or number == 1
            assert flows[flow].reentry.mode == "every time" or [name for name, _ in inside].count(flow) == 1
            grouped = {name for name, _ in inside if flows[name].group is not None and flows[name].group == flows[flow].group}
            assert len(grouped) < 2
        elif number is not None and what not in _OF_THE_CUSTOMER:
            assert (flow, number) in inside
            if what in ("left", "finished"):
                inside.remove((flow, number))
    assert inside == set(played.inside)


def no_message_goes_out_in_a_quiet_time(played: Played) -> None:
    shop, place = played.made.shop, ZoneInfo(played.life.zone.name)
    for at, line in sent(played):
        if line["channel"] == "onsite":
            continue
        reading = (_EPOCH + timedelta(microseconds=at)).astimezone(place)
        time = reading.hour * HOUR + reading.minute * MINUTE + reading.second * SECOND + reading.microsecond
        assert reading.weekday() not in shop.quiet_weekdays
        quiet = shop.quiet.get(line["channel"], shop.quiet.get(None))
        if quiet is not None and quiet.start < quiet.end:
            assert not quiet.start <= time < quiet.end
        elif quiet is not None:
            assert quiet.end <= time < quiet.start


def no_limit_is_exceeded(played: Played) -> None:
    for limit in played.made.limits:
        counted = [at for at, line in sent(played) if covers(limit, line) and limit.flow in (None, line["flow"])]
        for most in _most_at_once(limit, counted, played):
            assert most <= limit.count


def covers(limit: Limit, line: Line) -> bool:
    return bool(line["channel"] != "onsite" if limit.channel is None else line["channel"] == limit.channel)


def _most_at_once(limit: Limit, counted: list[int], played: Played) -> Iterator[int]:
    zone = played.life.zone
    if isinstance(limit.period, Length):
        for number, at in enumerate(counted):
            gone = max((place for place in range(number) if zone.add(counted[place], limit.period) <= at), default=-1)
            yield number - gone
        return
    place = ZoneInfo(zone.name)
    periods: Counter[object] = Counter()
    for at in counted:
        reading = (_EPOCH + timedelta(microseconds=at)).astimezone(place)
        day = reading.date()
        keys = {
            "hour": (day, reading.hour, reading.utcoffset()),
            "day": day,
            "week": day.isocalendar()[:2],
            "month": (day.year, day.month),
        }
        periods[keys[limit.period]] += 1
    yield from periods.values()


def every_message_has_an_address_and_consent(played: Played) -> None:
    life, shop = played.life, played.made.shop
    for line in played.lines:
        if line["what"] != "sent":
            continue
        at, channel = micros(line), line["channel"]
        address = ADDRESSES[channel]
        assert address is None or address not in life.columns or life.fields.get(address)
        before = [(kind, fields) for kind, when, fields in life.rows if when < at]
        assert not any(kind == "complaint" for kind, _ in before)
        assert not any(
            kind == "bounce" and fields.get("kind") == "hard" and fields.get("channel", "email") == channel
            for kind, fields in before
        )
        subscribed = [
            when for kind, when, fields in life.rows
            if kind == "subscribe" and when <= at and fields.get("channel", "email") == channel
        ]  # fmt: skip
        left = [
            when for kind, when, fields in life.rows
            if kind == "unsubscribe" and when < at and "list" not in fields and fields.get("channel", "email") == channel
        ]  # fmt: skip
        if line["message"] not in RECEIPTS:
            assert channel not in shop.consent or life.fields.get(f"consent_{channel}") or subscribed
            assert not left or (subscribed and subscribed[-1] >= left[-1])


def every_coupon_has_one_end(played: Played) -> None:
    fates: dict[str, list[str]] = defaultdict(list)
    for line in played.lines:
        what = line["what"].removeprefix("coupon_")
        if what in ("issued", "redeemed", "expired", "open") and what != line["what"]:
            fates[line["code"]].append(what)
            if what == "issued" and "ends" in line:
                fates[line["code"]].append(line["ends"])
            if what == "expired":
                assert fates[line["code"]][1] == line["at"]
    for fate in fates.values():
        assert fate[0] == "issued"
        assert len([one for one in fate if one in ("redeemed", "expired", "open")]) == 1


def a_held_message_is_sent_or_given_up(played: Played) -> None:
    held: dict[tuple[str, int], str] = {}
    for line in played.lines:
        run = (line["flow"], line["run"])
        if line["what"] == "held":
            assert run not in held
            held[run] = line["id"]
        elif line["what"] in ("sent", "dropped", "skipped", "withheld"):
            held.pop(run, None)
        elif line["what"] in ("left", "finished"):
            assert run not in held
    assert set(held) <= set(played.inside)


def a_goal_is_credited_to_a_message_of_its_flow(played: Played) -> None:
    messages: dict[str, Line] = {}
    for line in played.lines:
        if line["what"] in ("sent", "withheld"):
            messages[line["id"]] = line
        elif line["what"] == "goal":
            assert messages[line["credit"]]["flow"] == line["flow"]
            assert line["credit"] == [name for name, one in messages.items() if one["flow"] == line["flow"]][-1]


def nothing_is_withheld_without_a_holdout(played: Played) -> None:
    withheld = [line for line in played.lines if line["what"] == "withheld"]
    assert not withheld or played.made.shop.holdout or "  holdout 30%" in played.made.whole
    if withheld and played.made.shop.holdout:
        assert not any(line["what"] == "sent" and line["message"] not in RECEIPTS for line in played.lines) or (
            "  holdout 30%" in played.made.whole
        )


def products_are_on_sale_and_shown_once(played: Played) -> None:
    shelf = {str(one["sku"]): one for one in played.life.products}
    place = ZoneInfo(played.made.shop.zone)
    for line in played.lines:
        skus = [one["sku"] for one in line.get("products", ())]
        assert len(skus) == len(set(skus))
        today = (_EPOCH + timedelta(microseconds=micros(line))).astimezone(place).toordinal()
        assert all(shelf[sku].get("released", 0) <= today for sku in skus)


def what_is_promised_always_is_broken_as_often_as_it_is_exceeded(played: Played) -> None:
    broken = [line["promise"] for line in played.lines if line["what"] == "broken" and line["promise"].startswith("always")]
    exceeded = 0
    for limit in played.made.always:
        counted = [at for at, line in sent(played) if covers(limit, line)]
        over = [max(0, most - limit.count) for most in _most_at_once(limit, counted, played)]
        exceeded += sum(min(one, 1) for one in over) if isinstance(limit.period, Length) else sum(over)
    assert len(broken) == exceeded


INVARIANTS: tuple[Callable[[Played], None], ...] = (
    lines_are_numbered_and_time_never_goes_back,
    what_led_to_a_line_came_before_it,
    words_and_reasons_are_those_of_the_table,
    runs_begin_and_end_once,
    no_message_goes_out_in_a_quiet_time,
    no_limit_is_exceeded,
    every_message_has_an_address_and_consent,
    every_coupon_has_one_end,
    a_held_message_is_sent_or_given_up,
    a_goal_is_credited_to_a_message_of_its_flow,
    nothing_is_withheld_without_a_holdout,
    products_are_on_sale_and_shown_once,
    what_is_promised_always_is_broken_as_often_as_it_is_exceeded,
)
