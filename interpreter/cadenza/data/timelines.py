"""Hand over the customers of a folder with their timelines, one after the other, by id: streaming, whatever their number.

The order of a customer's events is that of semantics 4.1, never the place of a row in a file. Only what the program looks at is
read.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

import attrs

from cadenza.check.vocabulary import HISTORIES, SHOP_EVENTS
from cadenza.data.columns import instant_sql, naive_sql, quoted
from cadenza.data.queries import AFTER_FIELDS, CustomerQuery, EventQuery
from cadenza.data.rows import Rows
from cadenza.data.zones import zone
from cadenza.engine.clock import Zone
from cadenza.engine.events import Inputs
from cadenza.engine.plan import Plan
from cadenza.engine.replay import Span, Timeline
from cadenza.values import Value

_AHEAD = 1 << 64
"""By how much the events of the shop come before all others of their instant."""


@attrs.define(eq=False)
class Timelines:
    """The timelines of a folder as one plan reads them; `zone` is the shop's, for instants without an offset."""

    rows: Rows
    plan: Plan
    zone: Zone

    # -- All of the data ----------------------------------------------------------------------------------------------

    def span(self) -> Span:
        """Give the first and the last instant of the data; a stock or a price may be the last, and never is the first."""
        found = [instant for one in self._instants() for instant in self._ends(one)]
        changes = [instant for one in self._changes() for instant in self._ends(one)]
        return Span(min(found), max(found + changes)) if found else Span(0, 0)

    def _ends(self, sql: str) -> Iterator[int]:
        for low, high, naive in self.rows.folder.rows(f"SELECT min(t), max(t), naive FROM ({sql}) GROUP BY naive"):
            yield self._instant(int(str(low)), bool(naive))
            yield self._instant(int(str(high)), bool(naive))

    def _instants(self) -> list[str]:
        """Give SQL for each table of events: who, when, and whether by the clock on the wall."""
        tables = self.rows.folder.tables
        events = [name for name, table in tables.items() if name in self.plan.program.events and not table.made]
        return [f"SELECT CAST(customer AS VARCHAR) AS c, {self._when(name)}" for name in events]

    def _changes(self) -> list[str]:
        return [f"SELECT {self._when(name)}" for name in HISTORIES if name in self.rows.folder.tables]

    def _when(self, name: str) -> str:
        at = self.rows.folder.tables[name].columns["at"]
        return f"{instant_sql(quoted('at'), at)} AS t, {naive_sql(quoted('at'), at)} AS naive FROM {self.rows.source(name)}"

    def _instant(self, at: int, naive: bool) -> int:
        return self.zone.instant(at) if naive else at

    def count(self) -> int:
        return int(str(self.rows.folder.rows(f"SELECT count(*) FROM ({self._ids()})")[0][0]))

    def parts(self, number: int) -> list[tuple[str | None, str | None]]:
        """Cut the customers into ranges of ids of about one size: after the first, up to and with the second."""
        ids = f"SELECT id, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS total FROM ({self._ids()})"
        edges = [
            str(row[0])
            for row in self.rows.folder.rows(f"SELECT max(id) FROM ({ids}) GROUP BY (n - 1) * {number} // total ORDER BY 1")
        ]
        return list(zip([None, *edges[:-1]], edges, strict=True))

    # -- One customer after the other ---------------------------------------------------------------------------------

    def zone_of(self, timeline: Timeline) -> Zone:
        """Give the zone of a customer: their own if it is known, else the shop's (semantics 1.1)."""
        return zone(str(timeline.fields.get("time_zone"))) or self.zone

    def between(self, above: str | None, upto: str | None, only: frozenset[str] | None = None) -> Iterator[Timeline]:
        """Give the customers whose id is after `above` and not after `upto`, perhaps with `only` these kinds of event."""
        tables = self.rows.folder.tables
        kinds = [kind for kind in sorted(self.plan.layout.events) if kind in tables and (only is None or kind in only)]
        cursors = [_Cursor(self, EventQuery(self.rows, self.plan.layout, kind), above, upto) for kind in kinds]
        query = CustomerQuery(self.rows, self.plan.layout, self.zone, self._instants())
        for row in self.rows.folder.each(query.sql(self._ids(), above, upto)):
            customer = str(row[0])
            digest = hashlib.blake2b(repr(row).encode(), digest_size=8)
            found = [events for cursor in cursors if (events := cursor.take(customer)) is not None]
            for events in found:
                digest.update(events.bytes())
            inputs = found[0].inputs() if len(found) == 1 else _merged(found, self.plan)
            fields = query.fields(row)
            number = int.from_bytes(digest.digest(), "big")
            yield Timeline(customer, fields, query.lists(fields), inputs, query.begins(row), number)

    def _ids(self) -> str:
        if "customers" in self.rows.folder.tables:
            return f"SELECT CAST(id AS VARCHAR) AS id FROM {self.rows.source('customers')}"
        union = " UNION ALL ".join(self._instants())
        return f"SELECT DISTINCT c AS id FROM ({union})"


class _Events(NamedTuple):
    """The events of one kind of one customer, in order: instants, `seq` numbers, fields."""

    kind: str
    at: list[int]
    seq: Sequence[int]
    fields: list[tuple[Value, ...]]
    width: int
    """How many fields there are; the tuples may go on behind them."""

    def inputs(self) -> Inputs:
        return Inputs([self.kind] * len(self.at), self.at, self.fields)

    def places(self) -> Sequence[int]:
        """Give the place of each among those of its instant: what the shop brings about comes first."""
        return [one - _AHEAD for one in self.seq] if self.kind in SHOP_EVENTS else self.seq

    def bytes(self) -> bytes:
        """Give what was read as bytes that are the same on every machine and for every format of the file.

        They are those of the second version of marshal's format, which knows no fractions and no lengths of time.
        """
        fields = [row[: self.width] for row in self.fields]
        try:
            return self.kind.encode() + marshal.dumps(fields, 2)
        except ValueError:
            return self.kind.encode() + repr(fields).encode()


def _merged(found: list[_Events], plan: Plan) -> Inputs:
    """Put the events of several kinds in the order of semantics 4.1; each kind is in order already."""
    ranks = {name: kind.rank for name, kind in plan.program.events.items()}
    rows = [
        (at, seq, ranks[events.kind], events.kind, fields)
        for events in found
        for at, seq, fields in zip(events.at, events.places(), events.fields, strict=True)
    ]
    rows.sort(key=itemgetter(0, 1, 2))
    return Inputs([row[3] for row in rows], [row[0] for row in rows], [row[4] for row in rows])


class _Cursor:
    """Reads the events of one kind, customer by customer."""

    def __init__(self, timelines: Timelines, query: EventQuery, above: str | None, upto: str | None) -> None:
        self._query = query
        self._zone = timelines.zone
        self._convert = query.may_be_by_the_wall and not timelines.zone.is_utc
        self._groups = groupby(timelines.rows.folder.each(query.sql(above, upto)), itemgetter(-1))
        self._ahead = next(self._groups, None)

    def take(self, customer: str) -> _Events | None:
        """Give the events of a customer, in order, or None where there are none."""
        if self._ahead is None or self._ahead[0] != customer:
            return None
        rows = list(self._ahead[1])
        self._ahead = next(self._groups, None)
        fields_of = self._query.fields_of
        fields = rows if fields_of is None else [fields_of(row) for row in rows]
        if self._convert:
            return self._by_the_wall(rows, fields)
        seq = [row[-AFTER_FIELDS] for row in rows]
        return _Events(self._query.kind, [row[0] for row in rows], seq, fields, self._query.width)

    def _by_the_wall(self, rows: list[tuple[Any, ...]], fields: list[tuple[Value, ...]]) -> _Events:
        """Turn readings of the shop's clock into instants; a reading that the clock skips may move behind others."""
        instant = self._zone.instant
        instants = [instant(row[0]) if row[1 - AFTER_FIELDS] else row[0] for row in rows]
        seq = [row[-AFTER_FIELDS] for row in rows]
        fields = [(one, *rest[1:]) for one, rest in zip(instants, fields, strict=True)]
        if any(before > after for before, after in pairwise(instants)):
            order = sorted(range(len(instants)), key=lambda place: (instants[place], seq[place]))
            instants = [instants[place] for place in order]
            fields = [fields[place] for place in order]
            seq = [seq[place] for place in order]
        return _Events(self._query.kind, instants, seq, fields, self._query.width)
