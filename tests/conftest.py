"""Settings of the whole suite."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# A developer may keep bytecode out of the tree; the program must be as quick to start as a user finds it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
