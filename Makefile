# Everything runs in a virtual environment of its own, .venv; PYTHON names the interpreter that makes it.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
FIRST ?= 5000
PAIRS ?= 1000

.PHONY: demo test check lint types slow fuzz mutants reached counts matrix bench build clean help

help:
	@echo "make demo    replay the example flows over a real retail year and show what came of it"
	@echo "make test    run the tests"
	@echo "make check   all that CI runs: lint, types, tests, slow checks"
	@echo "make slow    the checks that take their time: parser fuzzing, determinism, the real year"
	@echo "make fuzz    hold the engine against the reference interpreter on more pairs: make fuzz FIRST=5000 PAIRS=1000"
	@echo "make mutants change the engine in one place after another, and see whether the pairs notice"
	@echo "make reached say which statements and branches of the engine the pairs come through; below 97 % it fails"
	@echo "make counts  count what is bought together and by similar customers in the whole real year, in two ways"
	@echo "make matrix  replay the examples on machines of many kinds, and see that all write one journal"
	@echo "make bench   measure against the hand-written baseline"

$(READY): pyproject.toml interpreter/build_tables.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[demo]" --group tests --group quality --group build
	@touch $(READY)

demo: $(READY)
	$(BIN)/cadenza demo out/demo

test: $(READY)
	$(BIN)/python -m pytest -n auto -m "not slow"

slow: $(READY)
	$(BIN)/python -m pytest -n auto -m slow

fuzz: $(READY)
	$(BIN)/python -m tests.reference.fuzz $(FIRST) $(PAIRS)

mutants: $(READY)
	$(BIN)/python -m tests.reference.mutation --sample 700 --pairs 2000 --workers 2

reached: $(READY)
	$(BIN)/python -m tests.reference.reached

counts: $(READY)
	test -d out/year || $(BIN)/cadenza import completejourney out/year
	$(BIN)/python -m tests.data.whole_year out/year

matrix: $(READY)
	$(BIN)/python -m tests.matrix

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

check: lint types test slow matrix

bench: $(READY)
	$(BIN)/python benchmarks/year.py

build: $(READY)
	$(BIN)/python -m build --outdir dist

clean:
	rm -rf $(VENV) dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
