"""Frozen records: the nodes of a tree, the terms, and the parts of a checked program.

They are what attrs gives, at another moment: attrs writes and compiles the methods of a class when it is made, which for 270
classes took a third of the time in which `cadenza check` answers. Here `__init__` is written when the first record is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NoReturn, Self, dataclass_transform


def _first(self: Record, *values: Any, **named: Any) -> None:
    """Stand for `__init__` until there is a first record."""
    cls = type(self)
    cls.__init__ = _written(cls)  # type: ignore[method-assign]
    cls.__init__(self, *values, **named)


def _written(cls: type[Record]) -> Callable[..., None]:
    names, known = cls.__match_args__, {f"default_{name}": value for name, value in cls.__defaults__.items()}
    taken = ", ".join(f"{name}=default_{name}" if name in cls.__defaults__ else name for name in names)
    lines = [f"def __init__(self, {taken}):", *[f"    put_{name}(self, {name})" for name in names]]
    known |= {f"put_{name}": getattr(cls, name).__set__ for name in names}
    exec("\n".join(lines), known)  # noqa: S102 - the names are those of our own classes
    written: Callable[..., None] = known["__init__"]
    return written


@dataclass_transform(frozen_default=True, eq_default=False)
class _Recorded(type):
    """Makes a slot of each annotated name of a class; what a name is set to in the class is its default."""

    def __new__(cls, name: str, bases: tuple[type[Record], ...], body: dict[str, Any]) -> _Recorded:
        own = tuple(field for field in body.get("__annotations__", ()) if not field.startswith("_"))
        if bases:
            body["__init__"] = _first
            body["__match_args__"] = bases[0].__match_args__ + own
            body["__defaults__"] = bases[0].__defaults__ | {field: body.pop(field) for field in own if field in body}
        body["__slots__"] = own
        return super().__new__(cls, name, bases, body)


class Record(metaclass=_Recorded):
    """Two records are the same only if they are one, unless a class says otherwise."""

    __match_args__: ClassVar[tuple[str, ...]] = ()
    __defaults__: ClassVar[dict[str, Any]] = {}

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} does not change, nor does its {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} does not change, nor does its {name}")

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        return type(self), self.astuple()

    def astuple(self) -> tuple[Any, ...]:
        """Give the values in the order of the fields."""
        return tuple([getattr(self, name) for name in self.__match_args__])

    def replace(self, **changes: Any) -> Self:
        """Give the same record with other values in some fields."""
        return type(self)(**dict(zip(self.__match_args__, self.astuple(), strict=True)) | changes)
