"""The three flows of `year.flow` by hand, as fast as plain Python on columns goes: what the engine is measured against.

It reads the same data folder with the same DuckDB, predicates as columns first, goes through each customer once, and
writes the same journal, line for line. It knows these flows and nothing else: no summer time,
no quiet hours, one run of each flow at a time. For `lists.flow` the best sellers are worked out once all messages are known, in
one pass over the days.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from heapq import nlargest
from pathlib import Path
from typing import NamedTuple

import duckdb

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
WEEK = 7 * DAY
NEVER = 1 << 62
FIRST, SECOND_CATEGORY = "SOFT DRINKS", "BAG SNACKS"

SQL = f"""
WITH hits AS (
  SELECT CAST(sku AS VARCHAR) AS sku, category = '{FIRST}' AS first, category = '{SECOND_CATEGORY}' AS second
  FROM '{{data}}/products.parquet' WHERE category IN ('{FIRST}', '{SECOND_CATEGORY}')
), flags AS (
  SELECT order_id, bool_or(first) AS first, bool_or(second) AS second
  FROM '{{data}}/order_items.parquet' JOIN hits USING (sku) GROUP BY order_id
)
SELECT customer, epoch_us("at"), CAST(total * 100 AS BIGINT), id, coalesce(first, false), coalesce(second, false)
FROM '{{data}}/order.parquet' o LEFT JOIN flags ON o.id = flags.order_id
ORDER BY customer, "at", id
"""


class Step(NamedTuple):
    """A message of a flow, and where it is written."""

    message: str
    flow: str
    step: str
    source: str


Row = tuple[str, int, int, str, bool, bool]
Found = tuple[int, Step, int, str, bool]
"""When, which message, the number of the run, what led to it, and whether it went out."""


def customers(data: Path) -> Iterator[tuple[str, list[Row]]]:
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    cursor = connection.execute(SQL.format(data=data))
    customer, rows = None, []
    while batch := cursor.fetchmany(8192):
        for row in batch:
            if row[0] != customer:
                if customer is not None:
                    yield customer, rows
                customer, rows = row[0], []
            rows.append(row)
    if customer is not None:
        yield customer, rows


def best_sellers(data: Path, days: set[int]) -> dict[int, list[dict[str, str]]]:
    """Give for each day the four products sold most in the 30 days before it, or else any; at a tie by SKU."""
    daily = duckdb.connect()
    daily.execute("SET threads = 1")
    first = [
        row[0]
        for row in daily.execute(f"SELECT CAST(sku AS VARCHAR) AS s FROM '{data}/products.parquet' ORDER BY s LIMIT 4").fetchall()
    ]
    rows = daily.execute(
        f'SELECT day, list(sku), list(units) FROM (SELECT epoch_us("at") // {DAY} AS day, CAST(sku AS VARCHAR) AS sku, '
        f"CAST(sum(quantity) AS BIGINT) AS units FROM '{data}/order_items.parquet' JOIN '{data}/order.parquet' ON order_id = id "
        "GROUP BY ALL) GROUP BY day"
    ).fetchall()
    sold = {day: (skus, units) for day, skus, units in rows}
    counts: Counter[str] = Counter()
    found = {}
    for day in range(min(sold), max(days) + 1):
        if day in days:
            least = min(nlargest(4, counts.values()), default=0)
            best = sorted([(-count, sku) for sku, count in counts.items() if count >= least > 0])[:4]
            skus = [sku for _, sku in best]
            skus += [sku for sku in first if sku not in skus][: 4 - len(skus)]
            found[day] = [{"sku": sku, "from": "best_sellers"} for sku in skus]
        for sku, units in zip(*sold.get(day, ((), ())), strict=True):
            counts[sku] += units
        for sku, units in zip(*sold.get(day - 30, ((), ())), strict=True):
            counts[sku] -= units
            if not counts[sku]:
                del counts[sku]
    return found


def replay(data: Path, steps: list[Step], out: Path, *, lists: bool) -> int:
    until = duckdb.execute(f"SELECT max(epoch_us(\"at\")) FROM '{data}/order.parquet'").fetchall()[0][0]
    messages = 0
    waiting: list[tuple[int, dict[str, object]]] = []
    with out.open("w", encoding="utf-8") as stream:
        for customer, rows in customers(data):
            found = one(rows, until, steps)
            messages += len(found)
            for number, (at, step, run, cause, fits) in enumerate(found, 1):
                line = {
                    "id": f"{customer}#{number}",
                    "at": datetime.fromtimestamp(at // SECOND, UTC).isoformat().replace("+00:00", "Z"),
                    "customer": customer,
                    "flow": step.flow,
                    "run": run,
                    "step": step.step,
                    "source": step.source,
                    "what": "sent" if fits else "dropped",
                    "cause": cause if cause.startswith(("order", "clock")) else f"{customer}#{cause}",
                    "message": step.message,
                    "channel": "email",
                }
                if not fits:
                    line["reason"] = "limit per 7 days"
                if lists:
                    waiting.append((at // DAY if fits and step.flow == "cross_sell" else -1, line))
                else:
                    stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        if lists:
            best = best_sellers(data, {day for day, _ in waiting if day >= 0})
            for day, line in waiting:
                products = {"products": best[day]} if day >= 0 else {}
                stream.write(json.dumps(line | products, ensure_ascii=False, separators=(",", ":")) + "\n")
    return messages


def one(rows: list[Row], until: int, steps: list[Step]) -> list[Found]:  # noqa: C901 - in one piece, because calls cost time
    """Go through one customer's orders."""
    miss, drinks, snacks, gold = steps[:3], steps[3], steps[4], steps[5]
    found: list[Found] = []
    last_sent = -NEVER

    def send(at: int, step: Step, run: int, cause: str) -> str:
        nonlocal last_sent
        fits = at - last_sent >= WEEK
        if fits:
            last_sent = at
        found.append((at, step, run, cause, fits))
        return str(len(found))

    win_at, win_step, win_run, win_cause = NEVER, 0, 0, ""  # step 0 waits for 90 days without an order
    cross_at, cross_step, cross_run, cross_cause, snack_since = NEVER, 0, 0, "", False
    low, total, rich, gold_run = 0, 0, False, 0

    def clock(now: int) -> None:
        """Do what is due now: entering before waking, and steps in the order of the flows."""
        nonlocal win_at, win_step, win_run, win_cause, cross_at, cross_step, cross_cause
        if win_at == now:
            if win_step == 0:
                win_run += 1
                win_cause = "clock"
            win_cause = send(now, miss[win_step], win_run, win_cause)
            win_step += 1
            win_at = now + 30 * DAY if win_step < 3 else NEVER
        if cross_at == now:
            if cross_step == 1:
                cross_cause = send(now, drinks, cross_run, cross_cause)
                cross_at, cross_step = now + 21 * DAY, 2
            else:
                if not snack_since:
                    send(now, snacks, cross_run, cross_cause)
                cross_at, cross_step = NEVER, 0

    last = len(rows) - 1
    for place, (_, at, amount, order, drink, snack) in enumerate(rows):
        while (due := min(win_at, cross_at)) < at:
            clock(due)
        win_at, win_step = at + 90 * DAY, 0
        if cross_step:
            snack_since = snack_since or snack
        elif drink:
            cross_run += 1
            cross_at, cross_step, cross_cause, snack_since = at + HOUR, 1, f"order {order}", False
        total += amount
        while rows[low][1] + 365 * DAY <= at:
            total -= rows[low][2]
            low += 1
        was_rich, rich = rich, total >= 50_000
        if rich and not was_rich:
            gold_run += 1
            send(at, gold, gold_run, f"order {order}")
        if at in (win_at, cross_at) and (place == last or rows[place + 1][1] > at):
            clock(at)
    while (due := min(win_at, cross_at)) <= until:
        clock(due)
    return found


if __name__ == "__main__":
    data, flow, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    places = [("miss_1", "win_back", 1), ("miss_2", "win_back", 3), ("miss_3", "win_back", 5)]
    places += [("drinks", "cross_sell", 2), ("snacks", "cross_sell", 4), ("gold", "loyalty", 2)]
    lines = Path(flow).read_text(encoding="utf-8").splitlines()
    steps = []
    for message, name, number in places:
        line = next(n for n, text in enumerate(lines, 1) if text.strip().startswith("send") and f'"{message}"' in text)
        steps.append(Step(message, name, f"{number}.if.1" if message == "snacks" else str(number), f"{flow}:{line}"))
    print(replay(data, steps, out, lists=any("show" in line for line in lines)), "messages")
