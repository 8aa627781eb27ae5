"""Count the whole real year in two ways, entry by entry, at ten midnights: `python -m tests.data.whole_year FOLDER`.

FOLDER is what `cadenza import completejourney FOLDER` makes. What was bought together is held against DuckDB's join of all
orders, for each product and each other; what similar customers bought against the cosines of all pairs of customers, for each
customer. `test_real_year.py` does the same for some of them; this takes a quarter of an hour.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import duckdb

from cadenza.data.catalogue import ShopFigures
from cadenza.data.folder import Folder
from cadenza.data.rows import Rows
from cadenza.engine.catalogue import Baskets
from tests.data.test_real_year import MIDNIGHTS
from tests.support.scenarios import program, zone

PARTS = 64
NEAREST = 50
FLOW = 'shop "Grocer"\n  time zone UTC\n  currency USD\nflow f\n  on order\n  tag "t"\n'
BOUGHT = (
    'SELECT DISTINCT o.id AS order_id, o.customer, CAST(o."at" AS DATE) AS day, sku '
    "FROM '{data}/order.parquet' o JOIN '{data}/order_items.parquet' i ON i.order_id = o.id"
)


@contextmanager
def both(data: Path) -> Iterator[tuple[Baskets, Callable[[str], list[tuple[Any, ...]]]]]:
    """Give the baskets as the engine has them, and the way to DuckDB."""
    flow = program(FLOW)
    with duckdb.connect() as counted, Folder(data, flow.events) as folder:
        counted.execute(f"CREATE TABLE bought AS {BOUGHT.format(data=data)}")
        yield ShopFigures(Rows(folder, flow), zone("UTC")).baskets, lambda sql: counted.execute(sql).fetchall()


def together(data: Path, part: int) -> tuple[int, list[str]]:
    """Compare what a part of the products was bought with; give the number of entries and what differs."""
    before = ", ".join(f"count(*) FILTER (WHERE a.day < DATE '{midnight}')" for midnight in MIDNIGHTS)
    entries, different = 0, []
    with both(data) as (baskets, rows):
        skus = [sku for (sku,) in rows(f"SELECT DISTINCT sku FROM bought WHERE hash(sku) % {PARTS} = {part}")]
        counted: dict[str, dict[str, list[int]]] = {sku: {} for sku in skus}
        for sku, other, *counts in rows(
            f"SELECT a.sku, b.sku, {before} FROM bought a JOIN bought b USING (order_id) "
            f"WHERE hash(a.sku) % {PARTS} = {part} AND a.sku <> b.sku GROUP BY ALL HAVING count(*) > 1"
        ):
            counted[sku][other] = counts
        for sku in skus:
            for place, midnight in enumerate(MIDNIGHTS):
                found = baskets.together(midnight.toordinal(), sku).counts
                entries += len(found)
                if found != {other: counts[place] for other, counts in counted[sku].items() if counts[place] > 1}:
                    different.append(f"{sku} at {midnight}")
    return entries, different


def similar(data: Path, midnight: date) -> tuple[int, list[str]]:
    """Compare what the customers similar to each one bought by a midnight."""
    with both(data) as (baskets, rows):
        own: dict[str, set[str]] = {}
        for customer, sku in rows(f"SELECT DISTINCT customer, sku FROM bought WHERE day < DATE '{midnight}'"):
            own.setdefault(customer, set()).add(sku)
        places = {sku: place for place, sku in enumerate(sorted(set().union(*own.values())))}
        bits = {customer: _bits([places[sku] for sku in skus], len(places)) for customer, skus in sorted(own.items())}
        different = []
        for customer, mine in bits.items():
            shared = [(other, (mine & theirs).bit_count()) for other, theirs in bits.items() if other != customer]
            # In whole numbers: cosines that are not the same differ by far more than one part in 10 ** 12.
            near = sorted((-(count * count * 10**12 // len(own[other])), other) for other, count in shared if count)
            expected = Counter(sku for _, other in near[:NEAREST] for sku in own[other])
            if baskets.similar(midnight.toordinal(), customer, sorted(own[customer])) != expected:
                different.append(f"{customer} at {midnight}")
    return len(bits), different


def _bits(places: list[int], size: int) -> int:
    marked = bytearray(size // 8 + 1)
    for place in places:
        marked[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(marked, "little")


def main() -> None:
    data = Path(sys.argv[1])
    failed = False
    with Pool() as pool:
        for what, found in (
            ("products bought together", pool.map(partial(together, data), range(PARTS), chunksize=1)),
            ("similar customers", pool.map(partial(similar, data), MIDNIGHTS, chunksize=1)),
        ):
            different = [one for _, some in found for one in some]
            failed = failed or bool(different)
            sys.stdout.write(f"{what}: {sum(count for count, _ in found):,} entries, {len(different)} differ: {different[:20]}\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
