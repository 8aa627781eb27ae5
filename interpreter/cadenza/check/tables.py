"""Check tables, and look things up in them: their rows are constants, so a look-up is a choice between cases."""

from __future__ import annotations

import attrs

from cadenza.check.modules import Declared
from cadenza.check.rules import Bound, Rules, Scope
from cadenza.check.terms import Arithmetic, Choice, Constant, Term
from cadenza.check.types import CONDITION, NUMBER, UNKNOWN, Type
from cadenza.syntax import nodes as n
from cadenza.syntax.source import Span


class TableRules(Rules):
    # -- By themselves ------------------------------------------------------------------------------------------------

    def table(self, declared: Declared) -> None:
        """Check that the rows of a table fit its columns, and that a column holds one kind of value."""
        node = declared.node
        assert isinstance(node, n.Table)
        scope = Scope(declared.module)
        types: dict[str, tuple[str, n.Expression | n.Offer]] = {}
        for place, column in enumerate(node.columns):
            if column.text in {one.text for one in node.columns[:place]}:
                self.report.add("F0425", f"there are two columns called `{column.text}`", column.span, help="rename one")
        for row in node.rows:
            if len(row.values) != len(node.columns):
                self.report.add(
                    "F0425",
                    f"this row has {len(row.values)} values, and `{node.name.text}` has {len(node.columns)} columns",
                    row.values[0].span._replace(end=row.values[-1].span.end),
                    help=f"give each of these a value, with commas between: {', '.join(one.text for one in node.columns)}",
                )
                continue
            for column, value in zip(node.columns, row.values, strict=True):
                said = "an offer" if isinstance(value, n.Offer) else self.constant(value, scope)
                first = types.setdefault(column.text, (said, value)) if said is not None else None
                if first is not None and first[0] != said:
                    self.report.add(
                        "F0426",
                        f"`{column.text}` holds {first[0]} in one row and {said} in this one",
                        value.span,
                        help="a column holds one kind of value",
                        related=(("the other row", first[1].span),),
                    )

    def constant(self, node: n.Expression, scope: Scope) -> str | None:
        """Give the kind of a value in a table, None for one that was already reported."""
        term = self.term(node, scope)
        if term.type == UNKNOWN:
            return None
        if not isinstance(term, Constant):
            self.report.add(
                "F0426",
                f"a table holds constants, and `{node.span.text}` is worked out",
                node.span,
                help="write the value out; a text stands in quotes",
            )
            return None
        return str(term.type)

    # -- Looked into --------------------------------------------------------------------------------------------------

    def table_named(self, node: n.Stream, scope: Scope) -> tuple[Declared, n.Name | None] | None:
        """Give the table that a stream is, with the column it is cut to."""
        if len(node.alternatives) != 1 or not isinstance(node.alternatives[0], n.NamedStream):
            return None
        path = node.alternatives[0].path
        name, column = (path.owner, path.name) if isinstance(path, n.Member) else (path, None)
        if not isinstance(name, n.Name) or name.text in scope.bound:
            return None
        declared = scope.module.names.get(name.text)
        return (declared, column) if declared is not None and declared.word == "table" else None

    def looked_up(self, node: n.Aggregate, column: n.Name | None, scope: Scope) -> Term | None:
        """Give the term of an aggregate over a table, None where it is over something else."""
        found = self.table_named(node.stream, scope)
        if found is None:
            return None
        declared, own = found
        column = own or column
        rows = [self.row(declared, row, scope) for row in _fitting_rows(declared)]
        where = node.stream.where
        conditions = [_always(node.span) if where is None else self.condition(where, row) for row in rows]
        match node.function:
            case "any" if column is None:
                return _any_of(node.span, conditions)
            case "count" if column is None and not node.distinct:
                return _number_of(node.span, conditions)
            case "first" | "last" if column is not None:
                return self.first_of(node, declared, column, rows, conditions)
        rows_of, first = f"{declared.name.text} where …", _columns(declared)[0]
        self.report.add(
            "F0427",
            f"`{node.span.text}` asks for something that the rows of a table do not give",
            node.span,
            help=f"ask for a column of a row, `first({rows_of}).{first}`, or `any({rows_of})`, `count({rows_of})`",
        )
        return self.unknown(node.span)

    def row(self, declared: Declared, row: n.Row, scope: Scope) -> Scope:
        """Give what words mean where a row of a table is at hand."""
        columns = cells(declared, row)
        return attrs.evolve(scope, bound={**scope.bound, **columns}, row=scope.row | frozenset(columns))

    def first_of(self, node: n.Aggregate, declared: Declared, column: n.Name, rows: list[Scope], conditions: list[Term]) -> Term:
        names = _columns(declared)
        if column.text not in names:
            self.report.unknown_name(
                "F0303",
                f"`{declared.name.text}` has no column `{column.text}`",
                column.span,
                names,
                f"it has: {', '.join(names)}",
            )
            return self.unknown(node.span)
        values = [self.term(column, row) for row in rows]
        cases = list(zip(conditions, values, strict=True))
        if node.function == "last":
            cases.reverse()
        type_ = next((value.type for value in values), UNKNOWN)
        return Choice(node.span, tuple(cases), None, type_)


def cells(declared: Declared, row: n.Row) -> dict[str, Bound]:
    """Give what the columns of a table stand for in a row."""
    scope = Scope(declared.module)
    return {name: Bound(value, scope) for name, value in zip(_columns(declared), row.values, strict=True)}


def _columns(declared: Declared) -> list[str]:
    assert isinstance(declared.node, n.Table)
    return [column.text for column in declared.node.columns]


def _fitting_rows(declared: Declared) -> list[n.Row]:
    """Give the rows that have a value for each column; the others are reported where the table is declared."""
    assert isinstance(declared.node, n.Table)
    return [row for row in declared.node.rows if len(row.values) == len(declared.node.columns)]


def _always(span: Span) -> Term:
    return Constant(span, True, CONDITION)


def _any_of(span: Span, conditions: list[Term]) -> Term:
    """Whether a row fits; of one about what is unknown it is known that it does not (semantics 2.2)."""
    return Choice(span, tuple((one, _always(span)) for one in conditions), Constant(span, False, CONDITION), CONDITION)


def _number_of(span: Span, conditions: list[Term]) -> Term:
    def number(value: int, type_: Type = NUMBER) -> Constant:
        return Constant(span, value, type_)

    total: Term = Choice(span, (), number(0), NUMBER)  # not a bare 0: an empty table was counted, too
    for condition in conditions:
        total = Arithmetic(span, total, "+", Choice(span, ((condition, number(1)),), number(0), NUMBER), NUMBER)
    return total
