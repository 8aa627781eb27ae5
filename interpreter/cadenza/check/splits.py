"""Check splits and holdouts: shares that add up, and splits of one key that have the same arms."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import attrs

from cadenza.check.findings import Report
from cadenza.syntax import nodes as n
from cadenza.syntax.source import Span


@attrs.define(eq=False)
class Splits:
    """The splits of a project so far, by their key."""

    known: dict[str, n.Split] = attrs.field(factory=dict)

    def check(self, node: n.Split, key: str, report: Report) -> None:
        """Report what is wrong with the arms of a split, alone and beside an earlier one of the same key."""
        arms = [arm for arm in node.arms if isinstance(arm, n.Arm)]
        if len(arms) < len(node.arms):
            return
        total = sum((arm.share.value for arm in arms), Fraction(0))
        if total != 1:
            report.add(
                "F0519",
                f"the arms of `{node.name.text}` add up to {shown(total)}",
                _first_line(node.span),
                help="let them add up to 100%; an arm of 0% is allowed",
            )
        seen: dict[str, n.Arm] = {}
        for arm in arms:
            other = seen.setdefault(arm.name.text, arm)
            if other is not arm:
                report.add(
                    "F0520",
                    f"there are two arms called `{arm.name.text}`",
                    arm.name.span,
                    help="give each its own name, or join them",
                    related=(("the first one", other.name.span),),
                )
        earlier = self.known.setdefault(key, node)
        if earlier is not node and _shares(earlier.arms) != _shares(node.arms):
            report.add(
                "F0521",
                "a split of this key has other arms elsewhere, and one key decides once for a customer",
                _first_line(node.span),
                help="give both the same arms, or this one a key or a name of its own",
                related=(("the other one", _first_line(earlier.span)),),
            )


def _shares(arms: Sequence[n.Arm | n.Mistake]) -> list[tuple[str, Fraction]]:
    return [(arm.name.text, arm.share.value) for arm in arms if isinstance(arm, n.Arm)]


def _first_line(span: Span) -> Span:
    return span._replace(end=span.start + len(span.text.splitlines()[0].rstrip()))


def holdout(node: n.Holdout, report: Report) -> Fraction:
    """Give the share of customers that is held out."""
    share = node.share.value
    if not 0 < share < 1:
        report.add(
            "F0522",
            f"{shown(share)} held out leaves {'nobody to compare with' if share else 'nothing to compare'}",
            node.share.span,
            help="hold out a small share: holdout 5%",
        )
    return share


def shown(share: Fraction) -> str:
    """Give a share in percent, with as many decimals as it was written with."""
    percent = share * 100
    return f"{percent.numerator}%" if percent.denominator == 1 else f"{float(percent):g}%"
