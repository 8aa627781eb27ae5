"""Bring the files of a project together: read what `use` names, bind names across files, refuse circles.

A file sees its own declarations and what its `use` lines bring in; the shop, its fields and its kinds of event belong to all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from cadenza.check.findings import Report
from cadenza.check.vocabulary import EVENTS, RESERVED, TABLES
from cadenza.syntax import nodes as n
from cadenza.syntax.parser import Parsed, parse
from cadenza.syntax.source import Source, Span

Load = Callable[[Source, tuple[str, ...]], Source | None]
"""Gives the source that `use a.b` in a source names; the same object for the same file."""

EDITION = 1
"""Of the language; `cadenza N` at the top of a file says which one it was written for."""
_EDITION = re.compile(r"cadenza\s+\d+")
_WORDS = {
    n.Segment: "segment",
    n.SegmentBlock: "segment",
    n.Value: "value",
    n.ValueBlock: "value",
    n.EventDeclaration: "event",
    n.EventAlias: "event",
    n.Table: "table",
    n.Selection: "selection",
    n.Flow: "flow",
}


@attrs.frozen(eq=False)
class Declared:
    """A name of the program: what it stands for, and the file whose names its text is read with."""

    name: n.Name
    node: n.Declaration
    module: Module

    @property
    def word(self) -> str:
        return _WORDS[type(self.node)]

    @property
    def parameters(self) -> tuple[n.Parameter, ...]:
        if isinstance(self.node, n.EventDeclaration | n.EventAlias | n.Table) or isinstance(self.node.head, n.Mistake):
            return ()
        return self.node.head.parameters


@attrs.frozen(eq=False)
class Instance:
    """A flow as it runs: under its final name, with the values its parameters were given by a `use` of `user`.

    A flow `for each row of` a table stands once for each row, as `name[1]`, `name[2]` … of `family` (semantics 6.9).
    """

    name: n.Name
    declared: Declared
    bindings: tuple[n.Binding, ...] = ()
    user: Module | None = None
    family: str = ""
    table: Declared | None = None
    row: n.Row | None = None


@attrs.define(eq=False)
class Module:
    """One file with the names it sees."""

    parsed: Parsed
    names: dict[str, Declared] = attrs.field(factory=dict)

    @property
    def source(self) -> Source:
        return self.parsed.source

    @property
    def statements(self) -> tuple[n.Statement, ...]:
        return self.parsed.module.statements

    @property
    def own(self) -> Iterator[Declared]:
        """What is declared here, in order, without what other files brought in."""
        return (declared for declared in self.names.values() if declared.module is self)

    @property
    def broken(self) -> bool:
        return bool(self.parsed.diagnostics)


@attrs.frozen(eq=False)
class Project:
    """All files, used ones before their users, and the flows that are active, in order of declaration."""

    modules: tuple[Module, ...]
    instances: tuple[Instance, ...]


def bring_together(sources: Sequence[Source], load: Load, report: Report) -> Project:
    reader = _Reader(load, report)
    for source in sources:
        reader.read(source, ())
    given = {source.path for source in sources}
    instances: dict[str, Instance] = {}
    for module in reader.modules.values():
        for instance in _instances(module, reader.uses.get(module.source.path, []), module.source.path in given, report):
            for one in _for_each_row(instance, report):
                _activate(one, instances, report)
    return Project(tuple(reader.modules.values()), tuple(instances.values()))


@attrs.define(eq=False)
class _Reader:
    load: Load
    report: Report
    modules: dict[str, Module] = attrs.field(factory=dict)
    uses: dict[str, list[tuple[n.Use, Module]]] = attrs.field(factory=dict)

    def read(self, source: Source, chain: tuple[str, ...]) -> Module:
        """Read a file after all that it uses; `chain` are the files whose `use` lines led here."""
        if source.path in self.modules:
            return self.modules[source.path]
        parsed = parse(source)
        self.report.diagnostics += parsed.diagnostics
        module = Module(parsed)
        self.edition(parsed.module)
        _declare_own(module, self.report)
        for statement in parsed.module.statements:
            if isinstance(statement, n.Use):
                self.follow(statement, module, (*chain, source.path))
        self.modules[source.path] = module
        return module

    def edition(self, node: n.Module) -> None:
        """Report an edition of the language that is not this one."""
        if node.edition in (None, EDITION):
            return
        source, start, _ = node.span
        written = _EDITION.match(source.text, start)
        self.report.add(
            "F0318",
            f"this is edition {EDITION} of the language, and there is no edition {node.edition} of it here",
            Span(source, start, start if written is None else written.end()),
            help=f"write `cadenza {EDITION}`, or install a Cadenza that knows edition {node.edition}",
        )

    def follow(self, use: n.Use, module: Module, chain: tuple[str, ...]) -> None:
        path = tuple(name.text for name in use.path)
        span = use.path[0].span._replace(end=use.path[-1].span.end)
        source = self.load(module.source, path)
        if source is None:
            where = "in the library" if path[0] == "stdlib" else f"beside {module.source.path}"
            self.report.add(
                "F0310",
                f"there is no file for `{'.'.join(path)}`",
                span,
                help=f"`use a.b` reads the file a/b.flow; put it {where}, or correct the path",
            )
            return
        if source.path in chain:
            circle = [*chain[chain.index(source.path) :], source.path]
            self.report.add(
                "F0311",
                f"these files use each other in a circle: {' → '.join(circle)}",
                span,
                help="move what they share into a file of its own, and use that from both",
            )
            return
        used = self.read(source, chain)
        self.uses.setdefault(module.source.path, []).append((use, used))
        _bring_in(use, used, module, self.report)


def _declare_own(module: Module, report: Report) -> None:
    for statement in module.statements:
        if not isinstance(statement, n.Declaration):
            continue
        name = statement.name if isinstance(statement, n.EventDeclaration | n.EventAlias | n.Table) else statement.head
        if isinstance(name, n.Head):
            name = name.name
        if isinstance(name, n.Name):
            _declare(Declared(name, statement, module), name, module, report)


def _declare(declared: Declared, name: n.Name, module: Module, report: Report) -> None:
    earlier = module.names.get(name.text)
    if name.text in RESERVED:
        report.add(
            "F0305",
            f"`{name.text}` is a word of the language and cannot be a name",
            name.span,
            help="choose another name",
        )
    elif declared.word == "event" and name.text in EVENTS:
        report.add("F0305", f"`{name.text}` is an event already", name.span, help="choose another name")
    elif declared.word == "event" and name.text in TABLES:
        report.add("F0305", f"`{name.text}` is a table of the data folder", name.span, help="choose another name")
    elif earlier is not None and earlier.node is not declared.node:
        report.add(
            "F0304",
            f"the name `{name.text}` is already taken by a {earlier.word}",
            name.span,
            help="choose another name for one of them",
            related=(("declared here first", earlier.name.span),),
        )
    else:
        module.names[name.text] = declared


def _bring_in(use: n.Use, used: Module, module: Module, report: Report) -> None:
    if use.names is None:
        for declared in used.own:
            if not (use.alias is not None and declared.word == "flow"):
                _declare(declared, declared.name.placed(use.span), module, report)
        return
    own = {declared.name.text: declared for declared in used.own}
    for name in use.names:
        if name.text in own:
            _declare(own[name.text], name, module, report)
        elif not used.broken:
            path = ".".join(part.text for part in use.path)
            known = ", ".join(f"`{one}`" for one in own) or "nothing"
            report.unknown_name("F0312", f"`{path}` declares no `{name.text}`", name.span, own, f"it declares {known}")


def _instances(module: Module, uses: list[tuple[n.Use, Module]], given: bool, report: Report) -> Iterator[Instance]:
    """Give the flows that this file makes active: those its `use` lines name, then, if it is run, its own."""
    for use, used in uses:
        wanted = None if use.names is None else {name.text for name in use.names}
        flows = [one for one in used.own if one.word == "flow" and (wanted is None or one.name.text in wanted)]
        _check_bindings(use, flows, report)
        if use.alias is not None and len(flows) != 1:
            report.add(
                "F0315",
                f"`as` gives one flow another name, and here {len(flows)} are used",
                use.alias.span,
                help="name the one flow in parentheses: use a.b (flow) as name",
            )
            continue
        for flow in flows:
            name = use.alias or flow.name.placed(use.span)
            if use.alias is not None:
                _declare(Declared(name, flow.node, used), name, module, report)
            yield Instance(name, flow, use.bindings, module)
    if given:
        yield from (Instance(one.name, one) for one in module.own if one.word == "flow")


def _for_each_row(instance: Instance, report: Report) -> Iterator[Instance]:
    """Give a flow once for each row of its table, or as it is."""
    node = instance.declared.node
    assert isinstance(node, n.Flow)
    header = next((line for line in node.lines if isinstance(line, n.ForEachRow)), None)
    if header is None:
        yield instance
        return
    tables = {name: one for name, one in instance.declared.module.names.items() if one.word == "table"}
    table = tables.get(header.table.text)
    if table is None:
        report.unknown_name(
            "F0301",
            f"there is no table `{header.table.text}`",
            header.table.span,
            tables,
            "declare it: `table`, its name, a line of columns, and the rows below",
        )
        return
    assert isinstance(table.node, n.Table)
    name = instance.name.text
    for number, row in enumerate(table.node.rows, 1):
        if len(row.values) == len(table.node.columns):
            yield attrs.evolve(instance, name=n.Name(instance.name.span, f"{name}[{number}]"), family=name, table=table, row=row)


def _check_bindings(use: n.Use, flows: Sequence[Declared], report: Report) -> None:
    known = {parameter.name.text for flow in flows for parameter in flow.parameters}
    for binding in use.bindings:
        if binding.name.text not in known:
            listed = ", ".join(f"`{name}`" for name in sorted(known)) or "none"
            report.unknown_name(
                "F0313",
                f"no flow used here has a parameter `{binding.name.text}`",
                binding.name.span,
                known,
                f"the parameters are: {listed}",
            )


def _activate(instance: Instance, instances: dict[str, Instance], report: Report) -> None:
    earlier = instances.get(instance.name.text)
    if earlier is None:
        instances[instance.name.text] = instance
    elif earlier.declared.node is not instance.declared.node or instance.bindings or earlier.bindings:
        report.add(
            "F0304",
            f"two flows are called `{instance.name.text}`",
            instance.name.span,
            help="rename one, or use it under another name: use a.b as another_name",
            related=(("the other one", earlier.name.span),),
        )


def parameters_in(bindings: Mapping[str, object], declared: Declared) -> list[n.Parameter]:
    """Give the parameters that are left without a value."""
    return [one for one in declared.parameters if one.default is None and one.name.text not in bindings]
