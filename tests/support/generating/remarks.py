"""Put comments and blank lines into a program, and read the comments back."""

from __future__ import annotations

import re

from tests.support.generating.dice import Dice

_REMARK = re.compile(r"# remark \d+")


def remarked(seed: int, text: str) -> str:
    """Give a program with numbered comments behind its lines and between them, as deep as anybody likes."""
    dice = Dice("remarks", seed)
    lines: list[str] = []
    number = 0
    for line in text.splitlines():
        if dice.chance(8):
            number += 1
            lines.append(f"{' ' * dice.below(7)}# remark {number}")
        if dice.chance(5):
            lines.append(" " * dice.below(3))
        if line and dice.chance(10):
            number += 1
            lines.append(f"{line}{' ' * dice.below(4)}# remark {number}")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n" * dice.between(0, 2)


def remarks(text: str) -> list[str]:
    """Give the comments in their order."""
    return _REMARK.findall(text)
