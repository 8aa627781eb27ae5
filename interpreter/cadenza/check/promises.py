"""Check promises: what must hold on every timeline."""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

import attrs

from cadenza.check import program as p
from cadenza.check.rules import Scope
from cadenza.check.shop import ShopRules
from cadenza.check.steps import StepRules
from cadenza.check.vocabulary import LIMIT_NOUNS
from cadenza.syntax import nodes as n


@attrs.define(eq=False)
class PromiseRules:
    """Promises of one file; `groups` are those that some flow is of."""

    steps: StepRules
    shop: ShopRules
    groups: Collection[str]

    def promise(self, node: n.Promise) -> p.Promise | None:
        text = " ".join(node.span.text.split())
        match node:
            case n.Always(count=count, noun=noun, period=period):
                limits = self.shop.limit(n.Limit(node.span, count, noun, period, None))
                return p.Always(node.span, text, limits[0]) if limits else None
            case n.NeverWithin(what=what, within=within, direction=direction, events=events):
                length = self.steps.fixed_length(within)
                patterns = self.steps.rules.patterns(events, Scope(self.steps.scope.module))
                message = None if what.message is None else self.steps.data_name(what.message, "a message")
                if length is None or not patterns or not self.noun(what.noun) or (what.message and message is None):
                    return None
                channel = LIMIT_NOUNS[what.noun.text]
                return p.NeverWithin(node.span, text, channel, message, length, direction == "after", patterns)
            case n.NeverTwo(group=group):
                if group.text in self.groups:
                    return p.NeverTwo(node.span, text, group.text)
                self.steps.rules.report.unknown_name(
                    "F0301",
                    f"no flow is of a group `{group.text}`",
                    group.span,
                    self.groups,
                    "write `group` and its name in flows",
                )
                return None
            case n.NeverTwice(noun=noun, within=within):
                length = self.steps.fixed_length(within)
                known = self.noun(noun)
                return p.NeverTwice(node.span, text, LIMIT_NOUNS[noun.text], length) if known and length is not None else None
            case _:
                assert_never(node)

    def noun(self, name: n.Name) -> bool:
        if name.text in LIMIT_NOUNS:
            return True
        self.steps.rules.report.unknown_name(
            "F0603",
            f"a promise speaks of messages, not of `{name.text}`",
            name.span,
            LIMIT_NOUNS,
            f"it can name: {', '.join(dict.fromkeys(LIMIT_NOUNS))}",
        )
        return False
