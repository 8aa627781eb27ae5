"""Test the frozen records that nodes, terms and programs are made of."""

from __future__ import annotations

import pickle

import pytest

from cadenza.records import Record


class Place(Record):
    x: int
    y: int = 0


class Named(Place):
    name: str = "somewhere"


def test_values_are_given_in_order_or_by_name() -> None:
    assert Named(1, 2, "here").astuple() == Named(1, name="here", y=2).astuple() == (1, 2, "here")


def test_what_is_not_given_has_its_default_also_that_of_the_class_it_comes_from() -> None:
    assert Place(1).astuple() == (1, 0)
    assert Named(1).astuple() == (1, 0, "somewhere")


@pytest.mark.parametrize("given", [{}, {"x": 1, "z": 2}], ids=["too little", "unknown"])
def test_what_does_not_fit_is_refused(given: dict[str, int]) -> None:
    with pytest.raises(TypeError, match=r"__init__\(\)"):
        Place(**given)


def test_a_record_does_not_change() -> None:
    place = Place(1)
    with pytest.raises(AttributeError, match="a Place does not change"):
        place.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="a Place does not change"):
        del place.x
    with pytest.raises(AttributeError):
        place.z = 3  # type: ignore[attr-defined]


def test_a_changed_one_is_another() -> None:
    place = Named(1)
    other = place.replace(y=5)
    assert (type(other), other.astuple(), place.y) == (Named, (1, 5, "somewhere"), 0)
    with pytest.raises(TypeError, match="z"):
        place.replace(z=1)


def test_records_are_matched_by_place() -> None:
    match Named(1, 2):
        case Named(x, y, name):
            found = (x, y, name)
        case _:
            found = None
    assert found == (1, 2, "somewhere")


def test_records_go_to_other_processes() -> None:
    came = pickle.loads(pickle.dumps(Named(1, 2)))  # noqa: S301 - they were made a moment before
    assert (type(came), came.astuple()) == (Named, (1, 2, "somewhere"))


def test_two_are_the_same_only_if_they_are_one() -> None:
    place = Place(1)
    assert place == place  # noqa: PLR0124 - that is the question
    assert place != Place(1)
