"""Coupons: issued with a message, mentioned, redeemed, expired, open at the end (semantics 9.1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scenarios import codes, journal, said

WELCOME = """
flow welcome
  on signup
  enter every time
  send email "welcome"
    coupon "first" 10% off where total >= 20 EUR for 5 days
  wait 2 days
  send email "reminder"
    coupon "first"
"""
SIGNUP = ("signup", "2026-01-03 09:00", {})


def told(text: str, *rows: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    return journal(text, rows, start="2026-01-01", until="2026-02-01")


def coupons(lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(line["at"], line["what"].removeprefix("coupon_")) for line in lines if line["what"].startswith("coupon_")]


def code(lines: list[dict[str, Any]]) -> str:
    return next(str(line["code"]) for line in lines if line["what"] == "coupon_issued")


def test_9_1_a_coupon_is_issued_mentioned_and_expires() -> None:
    assert coupons(told(WELCOME, SIGNUP)) == [
        ("2026-01-03T09:00:00Z", "issued"),
        ("2026-01-05T09:00:00Z", "mentioned"),
        ("2026-01-08T09:00:00Z", "expired"),
    ]


@pytest.mark.parametrize("by", ["code", "name"])
def test_an_order_redeems_it_once_by_its_code_or_its_name(by: str) -> None:
    written = code(told(WELCOME, SIGNUP)) if by == "code" else "first"
    order = ("order", "2026-01-04 09:00", {"id": "A", "total": 2000, "coupon": written})
    again = ("order", "2026-01-04 10:00", {"id": "B", "total": 2000, "coupon": written})
    lines = told(WELCOME, SIGNUP, order, again)
    assert coupons(lines) == [
        ("2026-01-03T09:00:00Z", "issued"),
        ("2026-01-04T09:00:00Z", "redeemed"),
        ("2026-01-05T09:00:00Z", "missing"),
    ]
    assert next(line["cause"] for line in lines if line["what"] == "coupon_redeemed") == "order A"


@pytest.mark.parametrize(
    ("when", "total", "redeemed"),
    [
        ("2026-01-08 09:00", 2000, True),  # the last instant is in time (1.4)
        ("2026-01-08 09:01", 2000, False),
        ("2026-01-04 09:00", 1999, False),  # `where` is about the order
    ],
)
def test_an_order_redeems_it_in_time_and_if_it_fits(when: str, total: int, *, redeemed: bool) -> None:
    lines = told(WELCOME, SIGNUP, ("order", when, {"id": "A", "total": total, "coupon": "first"}))
    assert ("redeemed" in [what for _, what in coupons(lines)]) is redeemed


def test_5_1_the_order_that_redeems_it_is_a_fact_in_whatever_its_where_asks() -> None:
    text = """
flow a
  on view
  send email "m"
    coupon "c" 10% off where count(tagged or order in the last 1 day) < 1
"""
    lines = told(text, ("view", "2026-01-03 10:00", {}), ("order", "2026-01-03 11:00", {"id": "A", "coupon": "c"}))
    assert coupons(lines) == [("2026-01-03T10:00:00Z", "issued"), ("2026-02-01T00:00:00Z", "open")]


def test_naming_a_live_coupon_again_only_mentions_it() -> None:
    lines = told(WELCOME, SIGNUP, ("signup", "2026-01-03 10:00", {}))
    assert [what for _, what in coupons(lines)] == ["issued", "mentioned", "mentioned", "mentioned", "expired"]


def test_a_coupon_without_an_end_is_open_at_the_end() -> None:
    text = 'flow sorry\n  on return\n  issue coupon "sorry" 5 EUR off\n'
    lines = told(text, ("return", "2026-01-03 09:00", {"order_id": "A"}))
    assert coupons(lines) == [("2026-01-03T09:00:00Z", "issued"), ("2026-02-01T00:00:00Z", "open")]
    assert lines[-1]["cause"] == next(line["id"] for line in lines if line["what"] == "coupon_issued")


def test_the_end_of_a_coupon_can_be_waited_for_and_redeeming_it_ends_a_run() -> None:
    text = WELCOME.replace("  enter every time\n", '  leave on coupon_redeemed "first"\n').replace(
        "  wait 2 days\n", '  wait until 1 day before last(coupon "first").ends\n'
    )
    assert said(told(text, SIGNUP), "sent", "left") == [
        ("2026-01-03T09:00:00Z", "sent", "welcome"),
        ("2026-01-07T09:00:00Z", "sent", "reminder"),
    ]
    order = ("order", "2026-01-04 09:00", {"id": "A", "total": 2000, "coupon": "first"})
    assert said(told(text, SIGNUP, order), "sent", "left") == [
        ("2026-01-03T09:00:00Z", "sent", "welcome"),
        ("2026-01-04T09:00:00Z", "left", "leave on"),
    ]


def test_5_1_redeeming_stands_before_goals_and_exits_in_the_journal() -> None:
    text = WELCOME.replace("  enter every time\n", "  goal order within 7 days\n  leave on order\n")
    lines = told(text, SIGNUP, ("order", "2026-01-04 09:00", {"id": "A", "total": 2000, "coupon": "first"}))
    assert [line["what"] for line in lines if line["at"].startswith("2026-01-04")] == ["coupon_redeemed", "goal", "left"]


def test_5_3_a_coupon_and_its_message_are_facts_before_anything_comes_of_them() -> None:
    other = """
flow watcher
  on sent "welcome" where any(coupon "first")
  tag "has it"
"""
    assert said(told(WELCOME + other, SIGNUP), "tagged") == [("2026-01-03T09:00:00Z", "tagged", "has it")]


def test_of_several_coupons_the_first_whose_if_holds_counts() -> None:
    text = """
flow welcome
  on signup
  send email "welcome"
    coupon "vip" gift "mug-1" if customer.country = "IT"
    coupon "all" free shipping
"""
    issued = [line["coupon"] for line in told(text, SIGNUP) if line["what"] == "coupon_issued"]
    assert issued == ["all"]


@pytest.mark.parametrize(
    ("offer", "shown"),
    [
        ("10% off", "10% off"),
        ("12.5% off", "12.5% off"),
        ("5 EUR off", "5.00 EUR off"),
        ("free shipping", "free shipping"),
        ("buy 2 get 1", "buy 2 get 1"),
        ('gift "mug-1"', 'gift "mug-1"'),
        ('membership "VIP"', 'membership "VIP"'),
        ('entry "contest"', 'entry "contest"'),
    ],
)
def test_there_are_seven_offers(offer: str, shown: str) -> None:
    lines = told(f'flow a\n  on signup\n  issue coupon "x" {offer}\n', SIGNUP)
    assert [line["offer"] for line in lines if line["what"] == "coupon_issued"] == [shown]


def test_an_offer_may_be_a_parameter() -> None:
    text = 'flow a(offer = 15% off, rate = 20%)\n  on signup\n  issue coupon "x" offer\n  issue coupon "y" rate off for 2 days\n'
    assert [line["offer"] for line in told(text, SIGNUP) if line["what"] == "coupon_issued"] == ["15% off", "20% off"]


@pytest.mark.parametrize(
    ("offer", "code"),
    [
        ("10%", "F0423"),
        ('"mug-1"', "F0423"),
        ("120% off", "F0424"),
        ("10 off", "F0424"),
        ("0 EUR off", "F0424"),
        ("buy 0 get 1", "F0424"),
        ("customer.points off", "F0424"),
    ],
)
def test_what_is_no_offer_is_found(offer: str, code: str) -> None:
    text = f'field customer.points: number\nflow a\n  on signup\n  issue coupon "x" {offer}\n'
    assert codes(text) == [code]


def test_an_offer_is_no_value() -> None:
    assert codes('flow a(offer = 10% off)\n  on order where total > offer\n  tag "x"\n') == ["F0422"]


def test_an_amount_with_parts_of_a_cent_is_said_once() -> None:
    assert codes('flow a\n  on signup\n  issue coupon "x" 5.555 EUR off\n') == ["F0405"]
