"""Say how many rows the tables of a data folder have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_WORDS = {
    "customers": "customers",
    "products": "products",
    "order_items": "order lines",
    "delivery": "deliveries",
    "empty_cart": "emptied carts",
    "search": "searches",
    "sent": "sent messages",
    "stock": "stock levels",
    "subscribe": "subscriptions",
    "unsubscribe": "unsubscriptions",
}
"""Where it is not the name of the table with an s."""


def counted(folder: Path, rows: Mapping[str, int]) -> str:
    """Give `FOLDER: 20 customers, 140 orders …`."""
    counts = [f"{count:,} {_WORDS.get(name, f'{name}s')}" for name, count in rows.items()]
    return f"{folder}: {', '.join(counts)}"
