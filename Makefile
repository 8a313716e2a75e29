# `make` lists the targets. Needs Python 3.11 or newer; everything else goes into .venv/.
PYTHON ?= python3
UV ?= uv
PYTEST_ARGS ?=

BIN := .venv/bin
STAMP := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup report test test-change test-all test-browser test-other latest lint lock docs docs-en docs-it release bench mutants clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## make .venv with the exact packages of requirements.lock

# Done again only when one of these two files changes.
$(STAMP): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { echo "No $(PYTHON) here: install Python 3.11 or newer, or call: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$("$(PYTHON)" --version) is too old: install Python 3.11 or newer, or call: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module: install it (Debian and Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Setting up .venv with the packages of requirements.lock (once, a minute or two) ..."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	@# by all processors: pip would use one; a package may bring files for other versions of Python, which do not compile
	@$(BIN)/python -m compileall -qq -j 0 .venv/lib || true
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

report: $(STAMP) ## write the report pages of the bundled programmes into reports/
	$(BIN)/porfse report

# The tests of a file stay with one worker, for what they share; in the order they are collected in, the longest first.
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder

# The tests start many processes: where nothing compiled may be kept, each of them compiles the package again.
unexport PYTHONDONTWRITEBYTECODE

# Without coverage, which makes them take more than twice as long; test-all measures it.
test: $(STAMP) ## run the tests that take a moment each: what is asked while a line is changed
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow and not long and not browser" $(PYTEST_ARGS)

test-change: $(STAMP) ## run what a change must pass: the long tests too, and those that open the pages in Chromium
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow" $(PYTEST_ARGS)

test-all: $(STAMP) ## run the slow tests too (cluster, many dates) with coverage: all but those that need a browser
	$(BIN)/python -m pytest $(PARALLEL) -m "not browser" --cov --cov-report=term $(PYTEST_ARGS)

test-browser: $(STAMP) ## run the tests that open the pages in Chromium
	$(BIN)/python -m pytest -m browser $(PYTEST_ARGS)

# PYTHON names the other one: make test-other PYTHON=python3.13
test-other: ## run the quick tests on another Python, in .venv-other with the packages of requirements.lock
	"$(PYTHON)" -m venv --clear .venv-other
	.venv-other/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	.venv-other/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	.venv-other/bin/python -m pytest $(PARALLEL) -m "not browser and not slow" $(or $(wildcard tests/unit),tests) $(PYTEST_ARGS)

latest: ## run the tests on the newest packages our ranges allow, in .venv-latest
	"$(PYTHON)" -m venv --clear .venv-latest
	.venv-latest/bin/python -m pip install -qq --disable-pip-version-check --upgrade -e ".[all,dev]"
	.venv-latest/bin/python -m pip list --outdated --disable-pip-version-check
	.venv-latest/bin/python -m pytest $(PARALLEL) -m "not browser" $(PYTEST_ARGS)

lint: $(STAMP) ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Warnings are errors. Every page is read again (-E), since most are made of the code; what they run is run again only when
# it, the package or its data has changed.
SPHINX := $(BIN)/python -m sphinx -q -E -W --keep-going -c docs -b html

docs: $(STAMP) ## write the site of the documentation into build/docs, its examples run and its links checked
	@$(MAKE) --no-print-directory -j 2 docs-en docs-it
	$(BIN)/python docs/check_site.py build/docs

docs-en: $(STAMP)
	$(SPHINX) -d build/docs-read/en docs build/docs

docs-it: $(STAMP)
	$(SPHINX) -t it -d build/docs-read/it docs/it build/docs/it

# With the extras of each package: without them pip 23 asks for a newer one than the lock has.
lock: ## write requirements.lock again (needs uv; LOCK_ARGS=--upgrade for newer versions)
	@command -v "$(UV)" >/dev/null || { echo "No uv here: pip install uv, or call: make lock UV=/path/to/uv" >&2; exit 1; }
	"$(UV)" pip compile pyproject.toml --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-strip-extras --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file requirements.lock $(LOCK_ARGS)

release: $(STAMP) ## build sdist and wheel into dist/ and check them; nothing is sent anywhere
	$(BIN)/python .ci/release.py

bench: $(STAMP) ## run the benchmarks
	$(BIN)/python -m benchmarks

mutants: $(STAMP) ## change the code at random and show the changes no test sees (MUTANTS_ARGS="--mutants 20")
	$(BIN)/python -m benchmarks.mutants $(MUTANTS_ARGS)

clean: ## remove all that the other targets made, .venv and reports/ included
	rm -rf .venv .venv-other .venv-latest reports build dist htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} + -o -name .ipynb_checkpoints -prune -exec rm -rf {} +
