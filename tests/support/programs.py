"""Make programs that are right by construction, and timelines on which they do things, each from a number."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tests.support.generating import forms, rarities, seldom
from tests.support.generating.dice import Dice
from tests.support.generating.expressions import Expressions
from tests.support.generating.flows import FlowMaker
from tests.support.generating.knots import FIRST, Knot
from tests.support.generating.lending import lent
from tests.support.generating.promises import PromiseMaker
from tests.support.generating.selections import Selections
from tests.support.generating.shops import Limit, Shop, limit, shop
from tests.support.generating.steps import Lines, indented
from tests.support.generating.trials import Trials
from tests.support.generating.words import BUILT_IN, CURRENCIES, DECLARED, FLOWS, FROM_FLOWS, OUTSIDE, ZONES, Scope, World

_PLAIN = Scope(still=True)
_PARAMETER = Scope(parameters={"period": "duration"}, still=True)
_VALUES = ("number", "money", "text", "moment", "date", "duration")
_GROUP = re.compile(r"^  group (\w+)$", re.MULTILINE)
_LIMIT = re.compile(r"^  at most \d+ messages? (per (?:\d+ )?\w+)", re.MULTILINE)


class Made(NamedTuple):
    """A program, and what is known of it besides."""

    seed: int
    text: str
    others: dict[str, str]
    """The files that it uses, by name."""
    shop: Shop
    limits: tuple[Limit, ...]
    """The limits of the shop and of the flows."""
    always: tuple[Limit, ...]
    """What is promised never to be exceeded."""
    fields: dict[str, str]
    """The fields of a customer that it may speak of, with their types."""

    @property
    def files(self) -> tuple[str, ...]:
        return self.text, *self.others.values()

    @property
    def whole(self) -> str:
        return "\n".join(self.files)


@lru_cache(maxsize=256)
def program(seed: int) -> Made:
    """Make the program of a number: of any kind, with much at one instant (knots), with what is rare, in rare forms."""
    return thrown(seed)


def thrown(seed: int) -> Made:
    """Make a program of the kind that a number stands for, anew each time: the dice may be thrown by somebody else."""
    if seed >= forms.FIRST:
        return _form(seed)
    return _any(seed) if seed < FIRST else _knot(seed) if seed < rarities.FIRST else _rarity(seed)


def _knot(seed: int) -> Made:
    dice = Dice("knot", seed)
    currency = dice.pick(tuple(CURRENCIES))
    lines, facts = shop(dice, currency)
    flows = FLOWS[: dice.pick((1, 2, 2, 3))]
    writer = Knot(dice, facts, flows, starts=dice.chance(30))
    made = [writer.flow(name) for name in flows]
    parts = [lines, ["field customer.score: number"], *(part for part, _ in made)]
    limits = [*facts.limits, *(one for _, found in made for one in found)]
    return Made(seed, _joined(parts), {}, facts, tuple(limits), (), {"score": "number"} | BUILT_IN)


def _rarity(seed: int) -> Made:
    dice = Dice("rarity", seed)
    currency = dice.pick(tuple(CURRENCIES))
    lines, facts = shop(dice, currency)
    if dice.chance(75):
        facts = Shop(dice.pick(ZONES), currency, {}, frozenset(), frozenset(), (), holdout=False)
        lines = _plain_shop(facts)
    writer = rarities.Rarity(dice, currency)
    parts = [lines, *writer.parts()]
    fields = {name: DECLARED[name][0] for name in rarities.FIELDS} | BUILT_IN
    return Made(seed, _joined(parts), {}, facts, facts.limits, tuple(writer.always), fields)


def _form(seed: int) -> Made:
    dice = Dice("form", seed)
    currency = dice.pick(tuple(CURRENCIES))
    lines, facts = forms.shop(dice, currency)
    writer = forms.Form(dice, currency)
    uses, *parts = writer.parts()
    fields = {name: DECLARED[name][0] for name in rarities.FIELDS} | BUILT_IN
    return Made(seed, _joined([uses, lines, *parts]), writer.others, facts, (), tuple(writer.always), fields)


def _plain_shop(facts: Shop) -> Lines:
    return ['shop "Bottega"', *indented([f"time zone {facts.zone}", f"currency {facts.currency}"])]


def _any(seed: int) -> Made:
    dice = Dice("program", seed)
    currency = dice.pick(("EUR", "EUR", *CURRENCIES))
    fields = {name: DECLARED[name][0] for name in dice.some(tuple(DECLARED), 7)} | {"score": "number"} | BUILT_IN
    flows = FLOWS[: dice.pick((1, 1, 1, 2, 2, 3))]
    world = World(seed, currency, fields, flows, starts=dice.chance(40))
    lines, facts = shop(dice, currency)
    parts = [["cadenza 1"]] if dice.chance(20) else []
    borrowed = lent(seed, world)
    parts += [*borrowed.uses, lines, *_declarations(dice, world, fields)]
    started = flows[-1] if len(flows) > 1 and dice.chance(25) else None
    limits = [*facts.limits, *borrowed.limits]
    for name in flows:
        line = ""
        if dice.chance(15):
            line, fact = limit(dice, name)
            limits.append(fact)
        starts = started if name == flows[0] else None
        parts.append(FlowMaker(dice, world, line).flow(name, starts, enters=name != started))
    if dice.chance(12):
        parts += FlowMaker(dice, world, "").of_table("paired")
    promised = PromiseMaker(Dice("promises", seed), world, sorted(set(_GROUP.findall(_joined(parts)))))
    parts += [[line] for line in promised.promises()]
    parts += _tests(Dice("tests", seed), world, parts)
    return Made(seed, _joined(parts), borrowed.files, facts, tuple(limits), tuple(promised.facts), fields)


@lru_cache(maxsize=256)
def showing(seed: int) -> Made:
    """Make a program that does little but show products to whoever does something."""
    dice = Dice("showing", seed)
    currency = dice.pick(("EUR", *CURRENCIES))
    fields = dict(BUILT_IN)
    facts = Shop(dice.pick(ZONES), currency, {}, frozenset(), frozenset(), (), holdout=False)
    world = World(f"showing {seed}", currency, fields, FLOWS, starts=False)
    selections = Selections(world.shown, world)
    parts = [_plain_shop(facts)]
    while not world.selections:
        parts += selections.declared()
    for name, kinds in zip(FLOWS, (("order",), ("cart", "checkout"), ("view", "visit", "review")), strict=True):
        daily = dice.chance(15)
        scope = Scope(trigger=None if daily else kinds, running=True)
        lines = ["every day"] if daily else [f"on {' or '.join(kinds)}"]
        for number in range(2):
            lines += [f'send onsite "{name}_{number}"', *indented(selections.shown(scope, chance=80))]
        parts.append([f"flow {name}", *indented(lines)])
    return Made(seed, _joined(parts), {}, facts, (), (), fields)


def _joined(parts: list[Lines]) -> str:
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _tests(dice: Dice, world: World, parts: list[Lines]) -> list[Lines]:
    if not dice.chance(10):
        return []
    limits = [f"limit {period}" for period in _LIMIT.findall(_joined(parts))]
    return [Trials(dice, world, world.flows, limits).trial(number) for number in range(dice.between(1, 2))]


def _declarations(dice: Dice, world: World, fields: dict[str, str]) -> list[Lines]:
    parts = [[f"field customer.{name}: {DECLARED[name][1]}"] for name in fields if name in DECLARED]
    parts += _seldom(world)
    write = Expressions(dice, world)
    flows, world.flows = world.flows, ()  # a segment that asks for a flow reads better below, in the flows themselves
    for name in ("touch", "big")[: dice.below(3)]:
        kinds = tuple(dict.fromkeys(dice.weighted(FROM_FLOWS if dice.chance(15) else OUTSIDE) for _ in range(dice.between(1, 3))))
        parts.append([f"event {name} = {write.events(_PLAIN, kinds)}"])
        world.aliases[name] = kinds
    for name in ("loyal", "dormant", "lately")[: dice.below(4)]:
        with_parameter = dice.chance(40)
        scope = _PARAMETER if with_parameter else _PLAIN
        head = f"segment {name}{'(period = 3 days)' if with_parameter else ''}"
        parts.append(_segment(dice, write, head, scope))
        world.segments[name] = "period" if with_parameter else None
    parts.extend(_value(dice, write, f"v{number}", world) for number in range(dice.below(3)))
    if dice.chance(30):
        parts.append(["value pieces(things) = count(things)"])
        world.counters.append("pieces")
    parts += Selections(world.shown, world).declared()
    world.flows = flows
    return parts


def _seldom(world: World) -> list[Lines]:
    """Declare what few programs have: a kind of event, a table to look things up in, segments that customers are compared by."""
    dice, parts = world.seldom, []
    if dice.chance(15):
        parts.append(["event scan(place: text, worth: money, level: number, planned: moment)"])
        world.scans = True
    if dice.chance(15):
        parts.append(seldom.table(dice, world))
    if dice.chance(15):
        for name in ("regulars", "lookers")[: dice.below(3)]:
            parts.append(seldom.members(dice, world, name))
            world.members.append(name)
            world.segments[name] = None
        world.among = True
    return parts


def _segment(dice: Dice, write: Expressions, head: str, scope: Scope) -> Lines:
    if dice.chance(50):
        return [f"{head} where {write.condition(scope, 2)}"]
    lines = ['"Who is meant."'] if dice.chance(30) else []
    for _ in range(dice.between(1, 3)):
        lines += _condition_lines(dice, write, scope, 2)
    return [head, *indented(lines)]


def _condition_lines(dice: Dice, write: Expressions, scope: Scope, depth: int) -> Lines:
    if depth == 0 or dice.chance(65):
        return [write.condition(scope, 1)]
    inner = [line for _ in range(dice.between(1, 2)) for line in _condition_lines(dice, write, scope, depth - 1)]
    return [dice.pick(("any of", "all of", "none of")), *indented(inner)]


def _value(dice: Dice, write: Expressions, name: str, world: World) -> Lines:
    type_ = dice.pick(_VALUES)
    if dice.chance(50):
        lines = [f"value {name} = {write.value(type_, _PLAIN, 2)}"]
    else:
        cases = [f"{write.value(type_, _PLAIN, 1)} if {write.condition(_PLAIN, 1)}" for _ in range(dice.between(1, 2))]
        otherwise = [f"else {write.value(type_, _PLAIN, 1)}"] if dice.chance(70) else []
        doc = ['"What it comes to."'] if world.seldom.chance(20) else []
        lines = [f"value {name}", *indented([*doc, *cases, *otherwise])]
    world.values[name] = type_
    return lines
