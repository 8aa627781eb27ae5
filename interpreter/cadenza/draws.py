"""Draw numbers by what they decide: a keyed hash, never the state of a generator (semantics 9.3)."""

from __future__ import annotations

import json
from hashlib import blake2b

BITS = 53
WHOLE = 1 << BITS
"""A draw is from 1 up to and with this."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def draw(seed: int, *what: str | int) -> int:
    """Give 1 plus the first 53 bits of BLAKE2b over the compact JSON array of `what`, the key being the seed in decimal.

    The same everywhere and for ever; each draw is independent of all others.
    """
    digest = blake2b(_encode(what).encode(), digest_size=8, key=str(seed).encode()).digest()
    return 1 + (int.from_bytes(digest) >> (64 - BITS))


def below(number: int, seed: int, *what: str | int) -> int:
    """Draw a whole number from 0 up to and without `number`."""
    return (draw(seed, *what) - 1) * number >> BITS
