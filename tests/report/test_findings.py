"""What programs read of findings: SARIF 2.1.0, by models of its schema, and by the limits that the schema sets to values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel
from sarif_pydantic import Sarif

from cadenza.check.checker import check
from cadenza.data.zone_names import names
from cadenza.report.findings import sarif
from cadenza.report.titles import titles
from cadenza.syntax.source import Source

TEXTS = {
    "nothing to say": 'flow a\n  on order\n  tag "x"\n',
    "an error with a fix": "flow a\n  on ordr\n  tag buyer\n",
    "a warning with a related place": 'flow a\n  on order\n  send email "a"\nflow b\n  on order\n  send email "b"\n',
    "at the end of the file": "flow a",
    "over several lines": "flow a\n  on order where total >\n      or\n  tag “x”\n",
    "an empty file": "",
}


def log(text: str, path: str = "flows/a.flow") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sarif(check([Source(path, text)], lambda user, name: None, names).diagnostics))
    return found


def regions(node: object) -> list[dict[str, int]]:
    """Give every region anywhere in a log."""
    if isinstance(node, list):
        return [one for part in node for one in regions(part)]
    if not isinstance(node, dict):
        return []
    own = [value for key, value in node.items() if key in ("region", "deletedRegion")]
    return own + [one for value in node.values() for one in regions(value)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_log_has_what_the_schema_requires(text: str) -> None:
    found = log(text)
    assert (found["version"], found["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = found["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "cadenza"
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        for place in result["locations"] + result["relatedLocations"]:
            assert place["physicalLocation"]["artifactLocation"]["uri"] == "flows/a.flow"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_log_is_what_models_of_the_published_schema_read_whole(text: str) -> None:
    """The models check the type of what they know, and keep apart what they do not know."""
    assert unknown(Sarif.model_validate(log(text))) == []


def unknown(part: object) -> list[str]:
    """Give the properties of a log that are none of the schema's."""
    if isinstance(part, list):
        return [name for one in part for name in unknown(one)]
    if not isinstance(part, BaseModel):
        return []
    # The models have no `columnKind`, which the schema has for a run.
    extra = [name for name in part.model_extra or () if name != "columnKind"]
    return [*extra, *(name for field in type(part).model_fields for name in unknown(getattr(part, field)))]


def test_a_property_that_the_schema_does_not_have_is_seen() -> None:
    found = log(TEXTS["an error with a fix"])
    found["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["url"] = "a.flow"
    assert unknown(Sarif.model_validate(found)) == ["url"]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_region_begins_at_one_and_does_not_end_before_it_begins(text: str) -> None:
    for region in regions(log(text)):
        assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert min(region.values()) >= 1
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])


def test_a_rule_is_told_by_the_title_of_its_page() -> None:
    (rule,) = log(TEXTS["a warning with a related place"])["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"] == {"text": titles()["W0302"]}
    assert "cadenza explain W0302" in rule["help"]["text"]
    assert rule["defaultConfiguration"] == {"level": "warning"}


def test_a_fix_says_which_characters_give_way_to_which_text() -> None:
    first, second = log(TEXTS["an error with a fix"])["runs"][0]["results"]
    (fix,) = second["fixes"]
    assert fix["description"] == {"text": 'write "buyer"'}
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "flows/a.flow"}
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 12},
            "insertedContent": {"text": '"buyer"'},
        }
    ]
    assert len(first["fixes"]) == 1


def test_a_finding_without_a_remedy_has_no_fixes() -> None:
    assert all("fixes" not in result for result in log(TEXTS["at the end of the file"])["runs"][0]["results"])


def test_the_name_of_a_file_is_escaped_as_in_a_link() -> None:
    (result,) = log('flow a\n  on ordr\n  tag "x"\n', "i flussi/perché #1.flow")["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "i%20flussi/perch%C3%A9%20%231.flow"
