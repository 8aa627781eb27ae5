"""The laws of the house: small files and functions, rooms that keep to themselves, and no state in modules."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.folders import ROOT

SOURCE = ROOT / "interpreter" / "cadenza"
FILES = sorted(SOURCE.rglob("*.py"))
TREES = {file.relative_to(SOURCE).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in FILES}
WRITTEN = [*FILES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "grammar").iterdir())]


def functions() -> Iterator[tuple[str, int]]:
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}: {node.name}", (node.end_lineno or 0) - node.lineno + 1


def imports(tree: ast.AST) -> Iterator[str]:
    """Give the names of the modules imported at the top of a module, whatever for types alone left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inner_imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (one for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom))


def module(name: str) -> str:
    return ".".join(["cadenza", *Path(name).with_suffix("").parts]).removesuffix(".__init__")


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_file_has_fewer_than_500_lines_and_leaves_nothing_for_later(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert file.suffix != ".py" or text.count("\n") < 500
    assert not re.findall(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", text)


def test_functions_are_short() -> None:
    lengths = dict(functions())
    assert {name: length for name, length in lengths.items() if length > 60} == {}
    assert statistics.median(lengths.values()) < 8


@pytest.mark.parametrize("name", TREES)
def test_a_module_says_what_it_is_for(name: str) -> None:
    docstring = ast.get_docstring(TREES[name])
    assert docstring or not TREES[name].body


@pytest.mark.parametrize("name", [name for name in TREES if name.startswith("engine/")])
def test_the_engine_reads_no_file_no_clock_no_chance_and_no_terminal(name: str) -> None:
    forbidden = {"click", "duckdb", "pendulum", "jinja2", "lark", "random", "secrets", "time", "os", "io", "pathlib", "sys"}
    forbidden |= {"zoneinfo", "tzdata", "subprocess", "logging", "uuid", "tempfile", "shutil", "socket", "threading"}
    rooms = {"cadenza.data", "cadenza.report", "cadenza.cli", "cadenza.driver", "cadenza.project", "cadenza.resources"}
    found = set(imports(TREES[name]))
    assert {one.partition(".")[0] for one in found} & forbidden == set()
    assert {one for one in found if one.startswith(tuple(rooms))} == set()


@pytest.mark.parametrize("name", [name for name in TREES if name.startswith("engine/")])
def test_the_engine_asks_for_no_present_moment_and_opens_nothing(name: str) -> None:
    called = [node.func for node in ast.walk(TREES[name]) if isinstance(node, ast.Call)]
    names = {one.id for one in called if isinstance(one, ast.Name)} | {
        one.attr for one in called if isinstance(one, ast.Attribute)
    }
    assert names & {"open", "print", "input", "utcnow", "eval", "exec", "hash", "id"} == set()


def test_the_core_of_the_engine_is_small_and_knows_nothing_of_marketing() -> None:
    core = [SOURCE / "engine" / name for name in ("core.py", "agenda.py", "clock.py")]
    words = re.compile(r"\b(email|sms|coupon|segment|newsletter|campaign|subject)\b", re.IGNORECASE)
    assert len(core[0].read_text(encoding="utf-8").splitlines()) <= 300
    assert [word for file in core for word in words.findall(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("package", [("lark", {"syntax/tables.py"}), ("duckdb", {"data/folder.py", "data/importers.py"})])
def test_a_large_dependency_is_imported_in_its_own_place_alone(package: tuple[str, set[str]]) -> None:
    name, places = package
    found = {
        file
        for file, tree in TREES.items()
        if any(one.partition(".")[0] == name for one in imports(tree))
        or any(name in ast.unparse(one) for one in inner_imports(tree))
    }
    assert found == places


def test_rooms_import_only_rooms_before_them() -> None:
    before = {"syntax": set(), "check": {"syntax"}, "engine": {"syntax", "check"}, "data": {"syntax", "check", "engine"}}
    before["report"] = before["data"] | {"data"}
    wrong = [
        (name, one)
        for name, tree in TREES.items()
        if (room := name.partition("/")[0]) in before
        for one in imports(tree)
        if one.startswith("cadenza.") and one.split(".")[1] in {*before, "cli", "driver"} - before[room] - {room}
    ]
    assert wrong == []


def test_modules_import_each_other_in_no_circle() -> None:
    names = {module(name) for name in TREES}
    left = {module(name): {one for one in imports(tree) if one in names} - {module(name)} for name, tree in TREES.items()}
    while free := {name for name, needs in left.items() if not needs & left.keys()}:
        for name in free:
            del left[name]
    assert left == {}


def test_an_import_inside_a_function_says_why() -> None:
    lines = {name: (SOURCE / name).read_text(encoding="utf-8").splitlines() for name in TREES}
    unexplained = [
        f"{name}:{one.lineno}"
        for name, tree in TREES.items()
        for one in inner_imports(tree)
        if not re.search(r"# noqa: PLC0415 - \w+", lines[name][one.lineno - 1])
    ]
    assert unexplained == []


@pytest.mark.parametrize("name", TREES)
def test_a_module_keeps_no_state(name: str) -> None:
    """A name in lower case bound to a list, a dict or a set would be one; so would `global`."""
    containers = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    state = [
        target.id
        for node in TREES[name].body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, containers)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and not target.id.isupper() and target.id != "__all__"
    ]
    assert state == []
    assert not any(isinstance(node, ast.Global) for node in ast.walk(TREES[name]))


def test_checking_a_flow_imports_no_database_no_calendar_and_no_parser_generator() -> None:
    code = (
        "import sys\n"
        "from cadenza.cli.main import cadenza\n"
        f"code = cadenza.main(['check', {str(ROOT / 'examples' / 'grocery_year')!r}], standalone_mode=False)\n"
        "print(code, sorted({'duckdb', 'pendulum', 'jinja2', 'lark', 'multiprocessing', 'asyncio'} & set(sys.modules)))\n"
    )
    environment = {"PYTHONPATH": str(ROOT / "interpreter")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.splitlines()[-1:] == ["0 []"], done.stderr
