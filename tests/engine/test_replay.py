"""A first whole: an order comes, a message goes out."""

from __future__ import annotations

from tests.support.scenarios import journal, said

FLOW = """
flow thanks
  on order where total >= 20 EUR
  wait 1 hour
  send email "thanks"
    subject "Thank you for {trigger.total}"
"""


def test_an_order_brings_a_message() -> None:
    lines = journal(FLOW, [("order", "2026-01-10 09:00", {"id": "A", "total": 3000})], start="2026-01-01", until="2026-02-01")
    assert said(lines, "entered", "sent", "finished") == [
        ("2026-01-10T09:00:00Z", "entered"),
        ("2026-01-10T10:00:00Z", "sent", "thanks"),
        ("2026-01-10T10:00:00Z", "finished"),
    ]
    sent = next(line for line in lines if line["what"] == "sent")
    assert sent["subject"] == "Thank you for 30.00 EUR"
    assert lines[0]["cause"] == "order A"
