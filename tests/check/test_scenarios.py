"""`test` blocks: everything in them is known, so that what fails in a test is a flow and never a slip of the pen."""

from __future__ import annotations

import pytest

from tests.support.scenarios import checked, codes

FLOWS = """
field customer.tier: one of "bronze" or "gold"

flow welcome
  on signup
  at most 2 messages per month
  send email "welcome"
    coupon "first" 10% off
  wait 3 days
  tag "greeted"
"""
TEST = (
    FLOWS
    + """
test "a purchase is seen"
  "It does what it says."
  customer anna
    country = "IT"
    tier = "gold"
  customer ben
  given data "history"
  given products
    sku, price
    "boots-1", 80 EUR
  given order
    customer, at, total
    "anna", 2025-12-01 09:00, 20 EUR
  for each row
    days, mail
    3 days, "welcome"
    4 days, "welcome"
  at 2026-01-10 09:00
    anna signup
    anna order total = 80 EUR, items = ["boots-1", 5 of "laces"]
    ben click "welcome" channel = "email"
  after days
    expect email mail to anna
    expect "welcome" to anna with subject "Hello"
    expect "welcome" to anna shows "boots-1", "tent-2"
    expect coupon "first" to anna
    expect no message to ben ever
    expect no email to ben because of quiet hours
    expect no email to ben because of limit per month
    expect anna inside welcome
    expect anna not inside welcome
    expect anna left welcome because of leave on
    expect ben finished welcome
    expect anna.tags contains "greeted" and anna.tier = "gold"
    expect count(anna.sent) = 2 and sum(anna.order.total in the last 30 days) > 10 EUR
    expect nothing else
  at 12:00
    expect nothing else
"""
)


def test_all_forms_are_understood() -> None:
    assert [f"{one.span.where} {one.code} {one.message}" for one in checked(TEST).diagnostics] == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('country = "IT"', 'contry = "IT"', "F0303"),
        ('tier = "gold"\n', "tier = 3\n", "F0401"),
        ('tier = "gold"\n', 'tier = "silver"\n', "F0409"),
        ("  customer ben", "  customer ben\n  customer anna", "F0304"),
        ('given data "history"', 'given date "history"', "F0801"),
        ("given products", "given product", "F0801"),
        ("sku, price\n", "sku, prize\n", "F0303"),
        ('"boots-1", 80 EUR\n', '"boots-1"\n', "F0425"),
        ('3 days, "welcome"', "3 days", "F0425"),
        ("    anna signup", "    ana signup", "F0801"),
        ("    anna signup", "    exepct signup", "F0801"),
        ("    anna signup", "    anna sgnup", "F0302"),
        ("    anna signup", '    anna cart "x"', "F0408"),
        ("total = 80 EUR, items", "total = 80 days, items", "F0401"),
        ("total = 80 EUR, items", "totl = 80 EUR, items", "F0303"),
        ('["boots-1", 5 of "laces"]', "[5]", "F0801"),
        ('expect coupon "first"', 'expect coupon "frist"', "F0802"),
        ('"welcome" to anna with', '"welcom" to anna with', "F0802"),
        ("expect no message to ben", "expect no mesage to ben", "F0603"),
        ("because of quiet hours", "because of quite hours", "F0804"),
        ("because of limit per month", "because of limit per week", "F0804"),
        ("expect anna inside welcome", "expect anna inside welcom", "F0301"),
        ("expect anna inside welcome", "expect anne inside welcome", "F0803"),
        ("count(anna.sent) = 2", "count(anna.sent) = count(ben.sent)", "F0803"),
        ('anna.tags contains "greeted"', 'count(order) = 1 and anna.tags contains "greeted"', None),
        ('expect anna.tags contains "greeted" and anna.tier = "gold"', "expect count(order) = 1", "F0803"),
        ("count(anna.sent) = 2", "count(anna.sent) = 2 EUR", "F0401"),
        ("  at 12:00\n", "  at 2026-01-09 12:00\n", "F0805"),
        ("  at 12:00\n", "  at 2026-02-30 12:00\n", "F0413"),
    ],
)
def test_a_slip_is_found(old: str, new: str, code: str | None) -> None:
    assert old in TEST
    assert codes(TEST.replace(old, new, 1)) == ([code] if code else [])


def test_a_test_that_expects_nothing_is_found() -> None:
    assert codes(f'{FLOWS}\ntest "nothing"\n  customer anna\n  at 2026-01-10\n    anna signup\n') == ["F0806"]


@pytest.mark.parametrize("condition", ["anna inside welcome", "customer left welcome"])
def test_a_flow_knows_no_customers_by_name(condition: str) -> None:
    assert codes(f'{FLOWS}\nflow other\n  on order\n  for {condition}\n  tag "x"\n')[0] in ("F0801", "F0301")


def test_one_mistake_leaves_the_rest_of_a_test_read() -> None:
    assert codes(TEST.replace("  after days", "  after dayz", 1).replace("count(anna.sent) = 2", "count(anna.sent) = 2 EUR")) == [
        "F0301",
        "F0401",
    ]
