"""Change one thing in the code of a module: a comparison, a condition, a number, a statement left out.

Each change is made in the tree itself while it is being given, and taken back before the next.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_PAIRS = (("min", "max"), ("any", "all"), ("bisect_left", "bisect_right"))
_OPPOSITES = dict(_PAIRS) | {other: one for one, other in _PAIRS}
_ORDERING = {"sorted": "list", "reversed": "list"}
_NEVER = {"annotation", "returns", "decorator_list", "bases", "keywords_of_class", "type_comment"}


class Mutant(NamedTuple):
    """One change: where, the lines of the statement it is in, and what was and is written there."""

    line: int
    lines: range
    was: str
    now: str


class _Site(NamedTuple):
    """A place in the tree: what stands there, where it hangs, and the lines of its statement."""

    node: ast.AST
    parent: ast.AST
    field: str
    at: int | None
    lines: range
    inside: str
    """The name of the function it stands in."""


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Change the tree in one place after another; it is changed while a mutant is looked at."""
    for site in list(_sites(tree, range(0), "")):
        for new in _others(site):
            ast.copy_location(new, site.node)
            ast.fix_missing_locations(new)
            line: int = getattr(site.node, "lineno", site.lines.start)
            _put(site, new)
            yield Mutant(line, site.lines, _text(site.node), _text(new))
            _put(site, site.node)


def _put(site: _Site, node: ast.AST) -> None:
    if site.at is None:
        setattr(site.parent, site.field, node)
    else:
        getattr(site.parent, site.field)[site.at] = node


def _text(node: ast.AST) -> str:
    first = ast.unparse(node).partition("\n")
    return first[0] + (" …" if first[1] else "")


# -- Where ------------------------------------------------------------------------------------------------------------


def _sites(parent: ast.AST, lines: range, inside: str) -> Iterator[_Site]:
    for field, value in ast.iter_fields(parent):
        if field in _NEVER or (isinstance(parent, ast.ClassDef) and field == "keywords"):
            continue
        several = isinstance(value, list)
        for index, node in enumerate(value if several else [value]):
            if not isinstance(node, ast.AST) or _left_alone(node, parent, field):
                continue
            here = _lines(node) or lines
            yield _Site(node, parent, field, index if several else None, here, inside)
            yield from _sites(node, here, node.name if isinstance(node, ast.FunctionDef) else inside)


def _lines(node: ast.AST) -> range | None:
    """Give the lines of a statement, of one that holds others those of its head."""
    if isinstance(node, ast.match_case):
        return range(node.pattern.lineno, node.body[0].lineno)
    if not isinstance(node, ast.stmt):
        return None
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not body:
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    first = body[0].pattern if isinstance(body[0], ast.match_case) else body[0]
    return range(node.lineno, max(first.lineno, node.lineno + 1))


def _left_alone(node: ast.AST, parent: ast.AST, field: str) -> bool:
    """Leave alone what says nothing of what is done: types, imports, words of documentation, and what only guards."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Raise() | ast.JoinedStr() | ast.Pass():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__slots__")]):
            return True
        case ast.Assign(value=ast.Subscript() | ast.BinOp(op=ast.BitOr())):
            return isinstance(parent, ast.Module)
        case ast.Call(func=ast.Name(id="isinstance" | "cast" | "TypeVar" | "assert_never")):
            return False
    return isinstance(parent, ast.Call) and field == "args" and _is_called(parent, "isinstance") and node is parent.args[-1]


def _is_called(node: ast.Call, name: str) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == name


# -- What -------------------------------------------------------------------------------------------------------------


def _others(site: _Site) -> Iterator[ast.AST]:
    """Give what may stand in a place instead."""
    node = site.node
    if isinstance(node, ast.stmt):
        yield from _statements(node, site.inside)
    elif isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            left = [one for other, one in enumerate(node.ifs) if other != place]
            yield ast.comprehension(node.target, node.iter, left, node.is_async)
    elif isinstance(node, ast.match_case | ast.MatchOr):
        yield from _cases(node)
    elif isinstance(node, ast.expr):
        yield from _expressions(node)
        if site.field == "test" and not isinstance(node, ast.UnaryOp | ast.Compare):
            yield ast.UnaryOp(ast.Not(), node)


def _statements(node: ast.stmt, inside: str) -> Iterator[ast.stmt]:
    match node:
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Continue():
            yield ast.Break()
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
            yield ast.Pass()
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Delete():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) if inside != "__init__":
            yield ast.Pass()


def _cases(node: ast.match_case | ast.MatchOr) -> Iterator[ast.AST]:
    if isinstance(node, ast.MatchOr):
        for place in range(len(node.patterns)):
            left = [one for other, one in enumerate(node.patterns) if other != place]
            yield ast.MatchOr(left) if len(left) > 1 else left[0]
    elif node.guard is not None:
        yield ast.match_case(node.pattern, ast.UnaryOp(ast.Not(), node.guard), node.body)


def _expressions(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left=left, ops=signs, comparators=others):
            for place, sign in enumerate(signs):
                for new in _COMPARISONS[type(sign)]:
                    yield ast.Compare(left, [*signs[:place], new(), *signs[place + 1 :]], others)
        case ast.BoolOp(op=sign, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(sign, ast.And) else ast.And(), values)
            for place in range(len(values)):
                rest = [one for other, one in enumerate(values) if other != place]
                yield ast.BoolOp(sign, rest) if len(rest) > 1 else rest[0]
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _ARITHMETIC:
            yield ast.BinOp(left, _ARITHMETIC[type(sign)](), right)
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            yield ast.IfExp(test, otherwise, body)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=words):
            yield from _calls(name, arguments, words)
        case ast.Constant(value=value):
            yield from _constants(value)


def _calls(name: str, arguments: list[ast.expr], words: list[ast.keyword]) -> Iterator[ast.expr]:
    if name in _OPPOSITES:
        yield ast.Call(ast.Name(_OPPOSITES[name], ast.Load()), arguments, words)
    if name in _ORDERING:
        yield ast.Call(ast.Name(_ORDERING[name], ast.Load()), arguments, [])
    if any(one.arg == "key" for one in words):
        yield ast.Call(ast.Name(name, ast.Load()), arguments, [one for one in words if one.arg != "key"])


def _constants(value: object) -> Iterator[ast.expr]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, str):
        yield ast.Constant(f"{value}!")
