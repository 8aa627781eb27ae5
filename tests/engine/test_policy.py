"""Whether a message may go out: addresses, consent, quiet times, limits, holding and dropping (semantics 8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scenarios import Row, journal, local

SENDING = ("sent", "held", "dropped", "skipped", "left", "finished")


def sendings(text: str, rows: list[Any], *, clock: str = "UTC", words: tuple[str, ...] = SENDING, **more: Any) -> list[str]:
    """Give what became of messages, by the customer's clock: `2026-01-10 09:00 held x quiet hours`."""
    full: list[Row] = [
        (row[0], row[1] if len(row[1]) > 10 else f"{row[1]} 12:00", row[2] if len(row) > 2 else {}) for row in rows
    ]
    given = {"start": "2026-01-01", "until": "2026-12-31", **more}
    return [
        " ".join([local(line, clock), line["what"], *(str(line[key]) for key in ("message", "reason") if key in line)])
        for line in journal(text, full, clock=clock, **given)
        if line["what"] in words
    ]


def shop(*lines: str, send: str = 'send email "x"', header: str = "") -> str:
    head = "".join(f"  {line}\n" for line in ("time zone UTC", *lines))
    return f'shop "S"\n{head}flow a\n  on order\n  enter every time\n{header}' + "".join(
        f"  {line}\n" for line in send.splitlines()
    )


GONE = ("sent", "held", "dropped", "skipped")

# -- Quiet times ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quiet", "at", "clock", "sent"),
    [
        pytest.param("quiet hours 22:00 to 06:00", "2026-01-10 22:00", "UTC", "2026-01-11 06:00", id="8.4 A is quiet"),
        pytest.param("quiet hours 22:00 to 06:00", "2026-01-10 21:59", "UTC", "2026-01-10 21:59", id="8.4 before A is not"),
        pytest.param("quiet hours 22:00 to 06:00", "2026-01-11 03:00", "UTC", "2026-01-11 06:00", id="8.4 after midnight"),
        pytest.param("quiet hours 22:00 to 06:00", "2026-01-11 06:00", "UTC", "2026-01-11 06:00", id="8.4 B is not quiet"),
        pytest.param(
            "quiet hours 22:00 to 06:00", "2026-01-11 23:00", "Asia/Tokyo", "2026-01-12 06:00", id="8.4 the local clock"
        ),
        pytest.param("quiet hours 13:00 to 15:00", "2026-01-11 14:00", "UTC", "2026-01-11 15:00", id="8.4 within a day"),
        pytest.param(
            "quiet hours 22:00 to 06:00", "2026-03-28 23:00", "Europe/Rome", "2026-03-29 06:00", id="8.4 into summer time"
        ),
        pytest.param(
            "quiet hours 22:00 to 06:00", "2026-10-24 23:00", "Europe/Rome", "2026-10-25 06:00", id="8.4 into winter time"
        ),
        pytest.param(
            "quiet hours 22:00 to 02:30",
            "2026-03-28 23:00",
            "Europe/Rome",
            "2026-03-29 03:00",
            id="8.4 the first reading outside is not B moved on",
        ),
        pytest.param(
            "quiet hours 22:00 to 02:30", "2026-10-24 23:00", "Europe/Rome", "2026-10-25 02:30", id="8.4 the first 02:30"
        ),
        pytest.param("quiet days sunday", "2026-01-11 10:00", "Asia/Tokyo", "2026-01-12 00:00", id="8.4 a quiet day"),
        pytest.param("quiet days saturday, sunday", "2026-01-10 10:00", "UTC", "2026-01-12 00:00", id="8.4 two quiet days"),
        pytest.param(
            "quiet hours 22:00 to 06:00\n  quiet days sunday",
            "2026-01-10 23:00",
            "UTC",
            "2026-01-12 06:00",
            id="8.4 quiet hours and a quiet day",
        ),
        pytest.param(
            "holidays 2026-12-25, 2026-12-26\n  quiet days holidays",
            "2026-12-25 10:00",
            "UTC",
            "2026-12-27 00:00",
            id="8.4 holidays",
        ),
        pytest.param("quiet days 2026-01-10", "2026-01-10 10:00", "UTC", "2026-01-11 00:00", id="8.4 a date"),
        pytest.param(
            "quiet hours 22:00 to 06:00\n  quiet hours email 12:00 to 13:00",
            "2026-01-10 23:00",
            "UTC",
            "2026-01-10 23:00",
            id="8.4 a channel's own hours replace the shop's",
        ),
        pytest.param(
            "quiet hours sms 00:00 to 23:59", "2026-01-10 12:00", "UTC", "2026-01-10 12:00", id="8.4 hours of another channel"
        ),
    ],
)
def test_a_message_waits_for_the_end_of_a_quiet_time(quiet: str, at: str, clock: str, sent: str) -> None:
    expected = [] if at == sent else [f"{at} held x quiet hours"]
    assert sendings(shop(quiet), [("order", at)], clock=clock, words=GONE) == [*expected, f"{sent} sent x"]


def test_8_1_a_run_waits_at_its_last_step_while_the_message_is_held() -> None:
    assert sendings(shop("quiet hours 22:00 to 06:00"), [("order", "2026-01-10 23:00")]) == [
        "2026-01-10 23:00 held x quiet hours",
        "2026-01-11 06:00 sent x",
        "2026-01-11 06:00 finished",
    ]


def test_8_1_what_follows_starts_when_the_message_has_gone() -> None:
    text = shop("quiet hours 22:00 to 06:00", send='send email "x"\nwait 2 hours\nsend email "y"')
    assert sendings(text, [("order", "2026-01-10 23:00")], words=("sent",)) == [
        "2026-01-11 06:00 sent x",
        "2026-01-11 08:00 sent y",
    ]


def test_8_4_onsite_passes_quiet_hours() -> None:
    text = shop("quiet hours 22:00 to 06:00", "at most 1 message per day", send='send onsite "x"\nsend onsite "y"')
    assert sendings(text, [("order", "2026-01-10 23:00")], words=GONE) == ["2026-01-10 23:00 sent x", "2026-01-10 23:00 sent y"]


def test_8_4_onsite_counts_under_limits_that_name_it() -> None:
    text = shop("at most 1 onsite per day", send='send onsite "x"\nsend onsite "y"\nsend email "z"')
    assert sendings(text, [("order", "2026-01-10")], words=GONE) == [
        "2026-01-10 12:00 sent x",
        "2026-01-10 12:00 dropped y limit onsite per day",
        "2026-01-10 12:00 sent z",
    ]


@pytest.mark.parametrize("leave", ["leave on cart", "leave when any(cart)", "while not any(cart)"])
def test_8_1_a_run_that_leaves_first_drops_its_message(leave: str) -> None:
    text = shop("quiet hours 22:00 to 06:00", header=f"  {leave}\n")
    assert sendings(text, [("order", "2026-01-10 23:00"), ("cart", "2026-01-11 06:00")])[1:] == [
        "2026-01-11 06:00 dropped x left",
        f"2026-01-11 06:00 left {' '.join(leave.split()[: 1 if leave.startswith('while') else 2])}",
    ]


# -- Limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "orders", "clock", "expected"),
    [
        pytest.param(
            "at most 1 message per day",
            ["2026-01-10 23:30", "2026-01-11 00:00"],
            "Asia/Tokyo",
            ["2026-01-10 23:30 sent x", "2026-01-11 00:00 sent x"],
            id="1.8 a day ends at the customer's midnight",
        ),
        pytest.param(
            "at most 1 message per day",
            ["2026-01-10 00:00", "2026-01-10 23:59"],
            "Asia/Tokyo",
            ["2026-01-10 00:00 sent x", "2026-01-10 23:59 dropped x limit per day"],
            id="8.5 the same local day",
        ),
        pytest.param(
            "at most 1 message per 1 day",
            ["2026-01-10 23:30", "2026-01-11 00:00"],
            "UTC",
            ["2026-01-10 23:30 sent x", "2026-01-11 00:00 dropped x limit per 1 day"],
            id="1.8 a number slides",
        ),
        pytest.param(
            "at most 1 message per 1 day",
            ["2026-01-10 12:00", "2026-01-11 12:00"],
            "UTC",
            ["2026-01-10 12:00 sent x", "2026-01-11 12:00 sent x"],
            id="1.5 at t + D it has left",
        ),
        pytest.param(
            "at most 1 message per 24 hours",
            ["2026-03-28 12:00", "2026-03-29 12:00"],
            "Europe/Rome",
            ["2026-03-28 12:00 sent x", "2026-03-29 12:00 dropped x limit per 24 hours"],
            id="1.8 24 hours are elapsed",
        ),
        pytest.param(
            "at most 1 message per week",
            ["2026-01-11 12:00", "2026-01-12 12:00", "2026-01-18 23:59"],
            "UTC",
            ["2026-01-11 12:00 sent x", "2026-01-12 12:00 sent x", "2026-01-18 23:59 dropped x limit per week"],
            id="1.8 weeks from Monday",
        ),
        pytest.param(
            "at most 2 messages per month",
            ["2026-01-30", "2026-01-31", "2026-01-31 13:00", "2026-02-01"],
            "UTC",
            [
                "2026-01-30 12:00 sent x",
                "2026-01-31 12:00 sent x",
                "2026-01-31 13:00 dropped x limit per month",
                "2026-02-01 12:00 sent x",
            ],
            id="1.8 a month",
        ),
        pytest.param(
            "at most 1 message per hour",
            ["2026-01-10 09:59", "2026-01-10 10:00", "2026-01-10 10:59"],
            "UTC",
            ["2026-01-10 09:59 sent x", "2026-01-10 10:00 sent x", "2026-01-10 10:59 dropped x limit per hour"],
            id="1.8 an hour",
        ),
        pytest.param(
            "at most 1 sms per day",
            ["2026-01-10 12:00", "2026-01-10 13:00"],
            "UTC",
            ["2026-01-10 12:00 sent x", "2026-01-10 13:00 sent x"],
            id="8.5 a limit of another channel",
        ),
        pytest.param(
            "at most 1 message per day, else wait up to 2 days",
            ["2026-01-10 12:00", "2026-01-10 13:00"],
            "Europe/Rome",
            ["2026-01-10 12:00 sent x", "2026-01-10 13:00 held x limit per day", "2026-01-11 00:00 sent x"],
            id="8.5 held until there is room",
        ),
        pytest.param(
            "at most 1 message per 7 days, else wait up to 2 days",
            ["2026-01-10 12:00", "2026-01-10 13:00"],
            "UTC",
            [
                "2026-01-10 12:00 sent x",
                "2026-01-10 13:00 held x limit per 7 days",
                "2026-01-12 13:00 dropped x limit per 7 days",
            ],
            id="8.5 given up at its deadline",
        ),
        pytest.param(
            "at most 1 message per 2 days, else wait up to 2 days",
            ["2026-01-10 12:00", "2026-01-10 12:00"],
            "UTC",
            ["2026-01-10 12:00 sent x", "2026-01-10 12:00 held x limit per 2 days", "2026-01-12 12:00 sent x"],
            id="8.5 the try at the very deadline sends it",
        ),
        pytest.param(
            "at most 1 message per day, else drop\n  at most 1 message per week, else wait up to 9 days",
            ["2026-01-10 12:00", "2026-01-10 13:00", "2026-01-11 12:00"],
            "UTC",
            [
                "2026-01-10 12:00 sent x",
                "2026-01-10 13:00 dropped x limit per day",
                "2026-01-11 12:00 held x limit per week",
                "2026-01-12 00:00 sent x",
            ],
            id="8.5 drop comes before waiting",
        ),
    ],
)
def test_a_limit(limit: str, orders: list[str], clock: str, expected: list[str]) -> None:
    assert sendings(shop(limit), [("order", at) for at in orders], clock=clock, words=GONE) == expected


def test_8_5_a_flow_has_limits_of_its_own() -> None:
    text = shop(header="  at most 1 message per day\n") + 'flow b\n  on order\n  enter every time\n  send email "y"\n'
    assert sendings(text, [("order", "2026-01-10"), ("order", "2026-01-10 13:00")], words=GONE) == [
        "2026-01-10 12:00 sent x",
        "2026-01-10 12:00 sent y",
        "2026-01-10 13:00 dropped x limit per day",
        "2026-01-10 13:00 sent y",
    ]


def test_8_5_messages_held_do_not_count() -> None:
    text = 'shop "S"\n  quiet hours sms 09:00 to 15:00\n  at most 1 message per day\n'
    text += 'flow a\n  on order\n  send sms "held"\n  send email "late"\nflow b\n  on cart\n  send email "first"\n'
    assert sendings(text, [("order", "2026-01-10 12:00"), ("cart", "2026-01-10 13:00")], words=GONE) == [
        "2026-01-10 12:00 held held quiet hours",
        "2026-01-10 13:00 sent first",
        "2026-01-10 15:00 dropped held limit per day",
        "2026-01-10 15:00 dropped late limit per day",
    ]


def test_8_5_messages_of_the_data_count() -> None:
    rows = [("sent", "2026-01-10 09:00", {"message": "old", "channel": "email"}), ("order", "2026-01-10 12:00")]
    assert sendings(shop("at most 1 message per day"), rows, words=GONE) == ["2026-01-10 12:00 dropped x limit per day"]


def test_8_5_of_two_flows_the_higher_priority_has_the_one_place() -> None:
    text = 'shop "S"\n  at most 1 message per day\nflow low\n  on order\n  send email "low"\n'
    text += 'flow high\n  on order\n  priority 5\n  send email "high"\n'
    assert sendings(text, [("order", "2026-01-10")], words=GONE) == [
        "2026-01-10 12:00 sent high",
        "2026-01-10 12:00 dropped low limit per day",
    ]


def test_5_4_held_messages_are_tried_by_priority_then_by_when_they_were_held() -> None:
    text = 'shop "S"\n  quiet hours 22:00 to 06:00\n  at most 2 messages per day\n'
    text += "".join(
        f'flow {name}\n  on {event}\n  {extra}send email "{name}"\n'
        for name, event, extra in [("late", "order", ""), ("early", "cart", ""), ("high", "view", "priority 5\n  ")]
    )
    rows = [("cart", "2026-01-10 22:30"), ("order", "2026-01-10 23:00"), ("view", "2026-01-10 23:30")]
    assert sendings(text, rows, words=("sent", "dropped")) == [
        "2026-01-11 06:00 sent high",
        "2026-01-11 06:00 sent early",
        "2026-01-11 06:00 dropped late limit per day",
    ]


def test_5_4_a_held_message_is_overtaken_by_an_event_of_that_instant() -> None:
    text = 'shop "S"\n  quiet hours 22:00 to 06:00\n  at most 1 message per day\nflow a\n  on cart\n  send email "held"\n'
    text += 'flow b\n  on order\n  send email "new"\n'
    assert sendings(text, [("cart", "2026-01-10 23:00"), ("order", "2026-01-11 06:00")], words=GONE) == [
        "2026-01-10 23:00 held held quiet hours",
        "2026-01-11 06:00 sent new",
        "2026-01-11 06:00 dropped held limit per day",
    ]


def test_8_2_each_try_checks_everything_afresh() -> None:
    text = shop("quiet hours 22:00 to 06:00")
    rows = [("order", "2026-01-10 23:00"), ("unsubscribe", "2026-01-11 01:00")]
    assert sendings(text, rows, words=GONE) == ["2026-01-10 23:00 held x quiet hours", "2026-01-11 06:00 dropped x consent"]


def test_8_5_the_deadline_holds_whatever_else_holds_the_message() -> None:
    text = shop("quiet days sunday, monday", "at most 1 message per 1 day, else wait up to 30 hours")
    rows = [("order", "2026-01-10 12:00"), ("order", "2026-01-10 13:00")]
    assert sendings(text, rows, words=GONE) == [
        "2026-01-10 12:00 sent x",
        "2026-01-10 13:00 held x limit per 1 day",
        "2026-01-11 19:00 dropped x limit per 1 day",
    ]


# -- Channels and consent ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("send", "customer", "columns", "expected"),
    [
        pytest.param('send email "x"', {}, ["email"], "dropped email no address", id="8.2 no address"),
        pytest.param('send email "x"', {"email": ""}, ["email"], "dropped email no address", id="8.2 an empty address"),
        pytest.param('send email "x"', {}, [], "sent email", id="8.2 no such column, so everybody has one"),
        pytest.param('send email "x"', {"email": "a@b"}, ["email"], "sent email", id="8.2 an address"),
        pytest.param(
            'send email or whatsapp "x"', {"phone": "1"}, ["email", "phone"], "sent whatsapp", id="8.2 the first with an address"
        ),
        pytest.param(
            'send sms or email "x"',
            {"email": "a", "phone": "1"},
            ["email", "phone"],
            "sent email",
            id="8.2 the first that is open",
        ),
        pytest.param('send sms "x"', {"phone": "1"}, ["phone"], "dropped sms consent", id="8.3 consent required"),
        pytest.param('send sms "x"', {"consent_sms": True}, [], "sent sms", id="8.3 consent given"),
        pytest.param('send sms "x"', {"consent_sms": False}, [], "dropped sms consent", id="8.3 consent refused"),
        pytest.param(
            'send customer.preferred_channel or email "x"', {"preferred_channel": "push"}, [], "sent push", id="8.2 a field"
        ),
        pytest.param('send customer.preferred_channel or email "x"', {}, [], "sent email", id="8.2 an unknown field"),
        pytest.param(
            'send customer.preferred_channel or email "x"',
            {"preferred_channel": "pigeon"},
            [],
            "sent email",
            id="8.2 a channel that is none",
        ),
        pytest.param('send messenger "x"', {}, ["messenger_id"], "dropped messenger no address", id="8.2 messenger"),
    ],
)
def test_a_channel(send: str, customer: dict[str, Any], columns: list[str], expected: str) -> None:
    text = shop("require consent for sms", send=send)
    lines = journal(
        text, [("order", "2026-01-10", {})], start="2026-01-01", until="2026-02-01", customer=customer, columns=columns
    )
    (line,) = [line for line in lines if line["what"] in GONE]
    assert " ".join([line["what"], line["channel"], *([line["reason"]] if "reason" in line else [])]) == expected


@pytest.mark.parametrize(
    ("before", "subscriptions", "open_"),
    [
        pytest.param([("unsubscribe", {})], (), False, id="8.3 no list named"),
        pytest.param([("unsubscribe", {"list": "a"})], ("a", "b"), True, id="8.3 one list of two"),
        pytest.param([("unsubscribe", {"list": "a"}), ("unsubscribe", {"list": "b"})], ("a", "b"), False, id="8.3 the last list"),
        pytest.param([("unsubscribe", {"list": "c"})], ("a",), True, id="8.3 a list that was not theirs"),
        pytest.param([("unsubscribe", {"channel": "sms"})], (), True, id="8.3 another channel"),
        pytest.param([("complaint", {})], (), False, id="8.3 a complaint"),
        pytest.param([("bounce", {"channel": "email", "kind": "hard"})], (), False, id="8.3 a hard bounce"),
        pytest.param([("bounce", {"channel": "email", "kind": "soft"})], (), True, id="8.3 a soft bounce"),
        pytest.param([("bounce", {"channel": "sms", "kind": "hard"})], (), True, id="8.3 a bounce of another channel"),
        pytest.param([("unsubscribe", {}), ("subscribe", {"list": "a"})], (), True, id="8.3 a subscribe opens again"),
        pytest.param([("complaint", {}), ("subscribe", {"list": "a"})], (), False, id="8.3 but not after a complaint"),
        pytest.param([("bounce", {"kind": "hard"}), ("subscribe", {"list": "a"})], (), False, id="8.3 nor after a bounce"),
    ],
)
def test_consent(before: list[tuple[str, dict[str, Any]]], subscriptions: tuple[str, ...], open_: bool) -> None:
    rows: list[Row] = [(kind, "2026-01-09", fields) for kind, fields in before]
    lines = journal(
        shop(),
        [*rows, ("order", "2026-01-10", {})],
        start="2026-01-01",
        until="2026-02-01",
        customer={"subscriptions": subscriptions},
    )
    assert [line["what"] for line in lines if line["what"] in GONE] == ["sent" if open_ else "dropped"]


def test_8_3_a_subscribe_of_a_flow_does_not_open_a_channel() -> None:
    text = shop(send='unsubscribe "a"\nsubscribe "a"\nsend email "x"')
    assert sendings(text, [("order", "2026-01-10")], words=GONE, customer={"subscriptions": ("a",)}) == [
        "2026-01-10 12:00 dropped x consent"
    ]


@pytest.mark.parametrize(
    ("before", "sent"),
    [
        pytest.param([], True, id="8.6 passes quiet hours and limits"),
        pytest.param([("unsubscribe", {})], True, id="8.6 passes an unsubscribe"),
        pytest.param([("complaint", {})], False, id="8.6 not a complaint"),
        pytest.param([("bounce", {"kind": "hard"})], False, id="8.6 not a bounce"),
    ],
)
def test_a_transactional_message(before: list[tuple[str, dict[str, Any]]], sent: bool) -> None:
    text = shop(
        "quiet hours 22:00 to 06:00",
        "at most 1 message per day",
        "require consent for email",
        send='send email "x"\n  transactional\nsend email "y"\n  transactional',
    )
    rows = [(kind, "2026-01-09", fields) for kind, fields in before]
    expected = ["2026-01-10 23:00 sent x", "2026-01-10 23:00 sent y"]
    refused = ["2026-01-10 23:00 dropped x consent", "2026-01-10 23:00 dropped y consent"]
    assert sendings(text, [*rows, ("order", "2026-01-10 23:00")], words=GONE) == (expected if sent else refused)


def test_8_6_a_transactional_message_does_not_count() -> None:
    text = shop("at most 1 message per day", send='send email "x"\n  transactional\nsend email "y"')
    assert sendings(text, [("order", "2026-01-10")], words=GONE) == ["2026-01-10 12:00 sent x", "2026-01-10 12:00 sent y"]


def test_8_6_a_message_may_be_transactional_by_a_condition() -> None:
    text = shop("quiet hours 22:00 to 06:00", send='send email "x"\n  transactional if trigger.total >= 100 EUR')
    rows = [("order", "2026-01-10 23:00", {"total": 10000}), ("order", "2026-01-10 23:30", {"total": 9999})]
    assert sendings(text, rows, words=GONE) == [
        "2026-01-10 23:00 sent x",
        "2026-01-10 23:30 held x quiet hours",
        "2026-01-11 06:00 sent x",
    ]


# -- Next of ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("messages", "orders", "expected"),
    [
        pytest.param(
            '"a", "b"',
            ["2026-01-10", "2026-01-11", "2026-01-12"],
            ["2026-01-10 12:00 sent a", "2026-01-11 12:00 sent b", "2026-01-12 12:00 skipped a already sent"],
            id="8.2 each once",
        ),
        pytest.param(
            '"a", "b" again after 3 days',
            ["2026-01-10", "2026-01-11", "2026-01-12", "2026-01-13"],
            [
                "2026-01-10 12:00 sent a",
                "2026-01-11 12:00 sent b",
                "2026-01-12 12:00 skipped a already sent",
                "2026-01-13 12:00 sent a",
            ],
            id="8.2 again after, inclusive",
        ),
    ],
)
def test_next_of(messages: str, orders: list[str], expected: list[str]) -> None:
    assert sendings(shop(send=f"send email next of {messages}"), [("order", day) for day in orders], words=GONE) == expected


def test_8_2_next_of_counts_what_other_flows_and_the_data_sent() -> None:
    text = shop(send='send email next of "a", "b", "c"') + 'flow b\n  on cart\n  send email "b"\n'
    rows = [("sent", "2026-01-08", {"message": "a", "channel": "email"}), ("cart", "2026-01-09"), ("order", "2026-01-10")]
    assert sendings(text, rows, words=GONE) == ["2026-01-09 12:00 sent b", "2026-01-10 12:00 sent c"]


def test_8_2_a_held_next_of_is_chosen_when_it_goes_out() -> None:
    text = shop("quiet hours 22:00 to 06:00", send='send email next of "a", "b"')
    text += 'flow b\n  on cart\n  send email "a"\n    transactional\n'
    assert sendings(text, [("order", "2026-01-10 23:00"), ("cart", "2026-01-11 01:00")], words=GONE) == [
        "2026-01-10 23:00 held a quiet hours",
        "2026-01-11 01:00 sent a",
        "2026-01-11 06:00 sent b",
    ]
