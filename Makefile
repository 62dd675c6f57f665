# Needs python3 >= 3.11 with venv, make and git; everything else comes from the locks.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.installed
TEST   := $(VENV)/.installed-test

# On a terminal pip shows its progress bars; elsewhere one line per step is enough.
QUIET  := $(if $(MAKE_TERMOUT),,-q)
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input install $(QUIET)
LOCKED := --only-binary :all: --require-hashes -r

.DEFAULT_GOAL := help
.PHONY: bench bench-media measure measure-desk help install demo test test-faults test-hosts test-real test-simulation check format docs pictures locks clean

help: ## Shows this list.
	@echo "make TARGET (the distributor; start with: make demo)"
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; \
		do printf '  %-15s %s\n' "$$name" "$$text"; done

install: $(RUN) ## Makes the virtual environment and installs the distributor into it.

demo: $(RUN) ## Shows everything on this machine until Ctrl-C; with ONCE=1 in one pass that proves itself.
	@$(BIN)/distributor demo $(if $(filter 1 yes true on,$(ONCE)),--once)

test: $(TEST) ## Runs every test, on every core.
	@$(BIN)/python -m pytest -q -n logical --dist worksteal

test-faults: $(TEST) ## Runs every fault on every channel in every step; `make test` runs some of each.
	@DISTRIBUTOR_TEST_ALL_FAULTS=1 $(BIN)/python -m pytest -q -n logical --dist worksteal tests/faults

test-real: $(TEST) ## Runs the tests against the networks' own programs that are here; the others say what they lack.
	@$(BIN)/python -m pytest -q -rs tests/real

test-hosts: $(TEST) ## Kills and cuts off daemons on hosts of their own: 10,000 posts, none lost or doubled (root).
	@$(BIN)/python -m tests.hosts.chaos --posts 10000 --hosts 4

bench: $(TEST) ## Measures delivery against its limit and writes docs/benchmark.md (about half an hour).
	@$(BIN)/python -m tests.measure.bench --write

bench-media: $(TEST) ## Measures videos and pictures against the plain ffmpeg command and the plain loop (four minutes).
	@$(BIN)/python -m tests.measure.media

measure: $(TEST) ## Measures planning, a full database, reading a feed and idling; each prints its bound.
	@for one in feed idle "planning one" growing; do echo "== $$one"; $(BIN)/python -m tests.measure.$$one || exit 1; done

measure-desk: $(TEST) ## Measures every page of the desk with 100,000 posts stored: under 100 ms each (about four minutes).
	@$(BIN)/python -m tests.measure.desk

test-simulation: $(TEST) ## Plays 10,000 schedules of delivery (SCHEDULES=n: so many), then sows bugs that must be found.
	@$(BIN)/python -m tests.simulation --count $(or $(SCHEDULES),10000) --jobs 2
	@DISTRIBUTOR_TEST_ALL_FAULTS=1 $(BIN)/python -m pytest -q -n logical --dist worksteal tests/simulation

check: $(TEST) ## Runs ruff, mypy --strict and the import rules.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(TEST) ## Brings the code into ruff's form.
	@$(BIN)/ruff check --fix --exit-zero .
	@$(BIN)/ruff format .

docs: $(RUN) ## Writes the tables of the code (states, rules, retention) into the documents.
	@$(BIN)/python -m distributor.doc_tables README.md docs/rules.md docs/privacy.md

pictures: $(TEST) ## Makes a picture of every page of the desk in docs/pictures (needs Chromium).
	@$(BIN)/python -m tests.browser.pictures

locks: ## Resolves every dependency anew and writes both locks (needs the network).
	@set -eu; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	echo "Resolving all dependencies anew ..."; \
	$(PYTHON) -m venv "$$folder"; \
	"$$folder/bin/python" -m pip --disable-pip-version-check install -q uv; \
	uv="$$folder/bin/uv"; export="--quiet --frozen --no-emit-project --no-default-groups --no-header --group build"; \
	"$$uv" --quiet lock --upgrade; \
	"$$uv" export $$export -o requirements.lock >/dev/null; \
	"$$uv" export $$export --group test -o requirements-test.lock >/dev/null; \
	if grep -nE '://|^ *--(index|extra|find|trusted)' requirements.lock requirements-test.lock; \
		then echo "A lock names a host; please see why before committing it." >&2; exit 1; fi; \
	echo "Written: requirements.lock, requirements-test.lock"

clean: ## Removes the virtual environment, the caches and the demo's data; var/ itself stays.
	rm -rf $(VENV) build *.egg-info var/demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find alembic connectors distributor schedules tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "$(PYTHON) was not found. Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1)." \
			"Name another one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) -V) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(RUN): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the distributor needs, every file checked by its hash (about half a minute) ..."
	@$(PIP) $(LOCKED) requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(TEST): requirements-test.lock $(RUN)
	@echo "Installing what the tests and checks need (about half a minute) ..."
	@$(PIP) $(LOCKED) requirements-test.lock
	@touch $@
