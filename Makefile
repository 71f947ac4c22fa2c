# What can be done in a clone; `make` alone lists it. Needs Python 3.11 or newer and nothing else beforehand.

.DEFAULT_GOAL := help
.PHONY: help install run demo test check bench bench-large docs screenshots clean

PYTHON := .venv/bin/python
INSTALLED := .venv/installed

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## creates .venv with the pinned dependencies; does nothing while it is up to date

run: $(INSTALLED) ## loads the demo and serves it
	@$(PYTHON) -m api.cli.demo --serve

demo: $(INSTALLED) ## loads the demo and shows what came of it
	@$(PYTHON) -m api.cli.demo

test: $(INSTALLED) ## runs the tests on SQLite and PostgreSQL; ARGS="-k penalty" narrows them
	@$(PYTHON) -m pytest -n 2 --dist loadfile $(ARGS)

check: $(INSTALLED) ## formats, lints, type-checks
	@$(PYTHON) -m ruff format
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m mypy

bench: $(INSTALLED) ## measures writing, reading, rebuilding and due instants
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@$(PYTHON) -m tests.bench
	@$(PYTHON) -m tests.bench_sla

bench-large: $(INSTALLED) ## the same with a million events behind each question, kept under var
	@$(PYTHON) -m tests.bench.large

docs: $(INSTALLED) ## writes docs/commands.md, docs/events.md and the pages of the command line anew from the code
	@$(PYTHON) -m tests.generate_docs

screenshots: $(INSTALLED) ## takes the pictures of README.md and docs/portal.md anew; needs chromium
	@$(PYTHON) -m tests.portal.screenshots

clean: ## removes .venv and what the tools left behind; keeps var, where the ledger is
	@rm -rf .venv build *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Tools are always called as `python -m`: their own scripts hold the path of the clone and break when it moves
# or contains a space. Debian ships venv without ensurepip, hence the import that asks for it.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { \
	    for python in python3 python3.13 python3.12 python3.11 ''; do \
	        test -z "$$python" && break; \
	        $$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	    done; \
	    test -n "$$python" || { \
	        echo 'No Python >= 3.11 that can create virtual environments was found;' \
	             'on Debian and Ubuntu, install the package python3-venv.' >&2; exit 1; }; \
	    $$python -m venv --clear .venv; }
	@echo 'Installing the dependencies into .venv ...'
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
