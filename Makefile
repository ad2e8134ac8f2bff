# `make` says what there is.  ARGS="..." is handed on to the command of a target.
BIN := .venv/bin
STAMP := .venv/installed
CLIENTS := tests/clients/.venv/installed
PYTHONS := $(PYTHON) python3 python python3.14 python3.13 python3.12 python3.11
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

# A recipe stops at its first command that fails.
.DELETE_ON_ERROR:
.PHONY: help demo test clients format bench pins clean

help:
	@echo "make demo     sets everything up, loads the sample office, shows a week of it and serves it"
	@echo "              (make demo ARGS=--once: without serving)"
	@echo "make test     sets everything up and checks formatting, lint, types, imports and behaviour"
	@echo "              (make test ARGS=--cov: with coverage; ARGS=--every-variant: every variant of a"
	@echo "              test on both engines; ARGS goes to pytest)"
	@echo "make clients  has other people's programs read the calendar feeds (needs node and npm too)"
	@echo "make format   formats the code and mends what lint can mend"
	@echo "make bench    runs the measurements in tests/benchmarks/"
	@echo "make pins     resolves the versions of all dependencies anew (needs uv)"
	@echo "make clean    removes .venv and what tools have left behind"

demo: $(STAMP)
	@$(BIN)/volunteer demo $(ARGS)

# The tests of a file run in one process, and files in the order of their names: by the number of their
# tests, which is xdist's own order, the longest of all come last and one process waits for the other.
test: $(STAMP)
	@echo "1/5 formatting (ruff format)"
	@$(BIN)/ruff format --check --quiet .
	@echo "2/5 lint (ruff check)"
	@$(BIN)/ruff check --quiet .
	@echo "3/5 types (mypy)"
	@$(BIN)/mypy
	@echo "4/5 import contracts (import-linter)"
	@$(BIN)/lint-imports
	@echo "5/5 tests on SQLite and PostgreSQL (pytest)"
	@$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(ARGS)

clients: $(STAMP) $(CLIENTS)
	@VOLUNTEER_CLIENTS=1 $(BIN)/pytest tests/clients $(ARGS)

format: $(STAMP)
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: $(STAMP)
	@for file in tests/benchmarks/*.py; do \
	    name=$$(basename $$file .py); echo "$$name:"; $(BIN)/python -m tests.benchmarks.$$name || exit 1; \
	done

# Done again only when the dependencies change, so that everything else also works offline.
$(STAMP): pyproject.toml constraints.txt
	@if ! $(BIN)/python -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then \
	    for python in $(PYTHONS) none; do \
	        if [ $$python = none ]; then \
	            echo "This needs Python 3.11 or newer, and none was found."; \
	            echo "Install one, or name it: make PYTHON=/path/to/python3.11"; exit 1; \
	        fi; \
	        if $$python -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then break; fi; \
	    done; \
	    echo "Making a virtual environment in .venv with $$($$python --version) ..."; \
	    if ! $$python -m venv --clear .venv; then \
	        echo "$$python cannot make virtual environments: its modules venv and ensurepip are missing."; \
	        echo "On Debian and Ubuntu, install the package python3-venv; then run make again."; \
	        rm -rf .venv; exit 1; \
	    fi; \
	fi
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	    echo "Adding pip to .venv ..."; \
	    $(BIN)/python -m ensurepip --upgrade >/dev/null; \
	fi
	@echo "Installing the dependencies (the first time this takes a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $(STAMP)

# What the clients need stays out of .venv.
$(CLIENTS): tests/clients/requirements.txt tests/clients/package.json | $(STAMP)
	@command -v npm >/dev/null || { echo "Some of the calendar clients need Node.js with npm."; exit 1; }
	@echo "Installing the calendar clients ..."
	@$(BIN)/python -m venv --clear tests/clients/.venv
	@tests/clients/.venv/bin/python -m pip install --quiet --disable-pip-version-check \
	    -r tests/clients/requirements.txt
	@cd tests/clients && npm install --no-package-lock --no-audit --no-fund --silent
	@touch $(CLIENTS)

pins:
	uv pip compile --quiet --universal --no-header --no-annotate --all-extras --upgrade \
	    --output-file constraints.txt pyproject.toml
	@{ sed '/^constraint-dependencies = \[$$/q' pyproject.toml; \
	   sed 's/.*/    "&",/' constraints.txt; \
	   sed '1,/^constraint-dependencies = \[$$/d' pyproject.toml | sed '/^    ".*==.*",$$/d'; \
	} > pyproject.toml.new && mv pyproject.toml.new pyproject.toml

clean:
	rm -rf tests/clients/.venv tests/clients/node_modules
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
