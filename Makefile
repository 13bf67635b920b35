# Every target prepares what it needs: .venv is made once and again only when pyproject.toml changes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CODE := dossier dossier_assets resources io_managers sensors prompts tests benchmarks docs

export SEED SCALE

WORKFLOWS := $(wildcard .github/workflows/*.yml)

.PHONY: help setup demo test check dev soak bench pictures chromium

help:
	@echo "make setup   .venv with everything in it"
	@echo "make demo    the bundled samples become dossiers: no key, no network but the package registry"
	@echo "make test    all tests"
	@echo "make check   lint, format, types, workflows, architecture"
	@echo "make dev     Dagster's pages on http://127.0.0.1:3000"
	@echo "make soak    workers, daemon and database killed again and again; SEED=n and SCALE=n for other and more deaths"
	@echo "make pictures  the pictures of the guides, from the running product"
	@echo "make bench   the benchmarks, as JSON on standard output; ALL=1 for every size, NAMES=... for some of them"

setup: $(READY)

demo: $(READY)
	@$(BIN)/dossier demo --out demo

test: $(READY) chromium
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(READY)
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/zizmor --offline --pedantic --quiet .github
	$(BIN)/python -m pytest tests/test_architecture.py tests/test_house.py

dev: $(READY)
	@$(BIN)/dossier dev

soak: $(READY)
	@$(BIN)/python -m pytest -v --durations=0 tests/soak

pictures: $(READY) chromium
	@$(BIN)/python -m docs.pictures.make

bench: $(READY)
	@$(BIN)/python -m benchmarks $(if $(ALL),--all) $(NAMES)

chromium:
	@sh .ci/chromium

$(READY): pyproject.toml
	@echo "Preparing $(VENV): about two minutes the first time." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' \
	  || { echo "Dossier needs Python 3.11 or 3.12. Say which: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]' >&2
	@touch $@
