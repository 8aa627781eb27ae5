"""Logs are valid against the published schema of SARIF, which the npm package of its makers carries."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.check.test_errors import chunks
from tests.report.test_findings import TEXTS, log

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("npm") is None, reason="the schema is had by npm")]
PACKAGE, SCHEMA = "@microsoft/jest-sarif@1.0.0-beta.0", "package/lib/schemas/sarif-2.1.0-rtm.5.json"


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> jsonschema.Draft4Validator:
    folder: Path = tmp_path_factory.mktemp("schema")
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        file = archive.extractfile(SCHEMA)
        assert file is not None
        schema: dict[str, Any] = json.load(file)
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def test_logs_are_valid_against_the_published_schema(validator: jsonschema.Draft4Validator) -> None:
    texts = [*TEXTS.values(), *(files["test"] for _, files in chunks())]
    wrong = [(text, error.json_path, error.message) for text in texts for error in validator.iter_errors(log(text))]
    assert len(texts) > 200
    assert wrong == []


def test_the_schema_sees_what_is_not_in_it(validator: jsonschema.Draft4Validator) -> None:
    found = log(TEXTS["an error with a fix"])
    found["runs"][0]["results"][0]["hepl"] = "a property that the schema does not have"
    assert [error.json_path for error in validator.iter_errors(found)] == ["$.runs[0].results[0]"]
