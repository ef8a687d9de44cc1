# `make` alone lists the commands. Set-up runs by itself first and costs nothing when done.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

HOST ?= 127.0.0.1
PORT ?= 8000
TESTS ?= tests
ARGS ?=
UPGRADE ?=

# Libraries and fonts unpacked by `make sysroot` on machines without root.
# After it, `exec` lets the signal that ends make reach the program itself.
WITH_SYSROOT = if [ -f .venv/sysroot/env ]; then . .venv/sysroot/env; fi;
# A file's tests stay together, so that each server starts once a process. ARGS="-n 0" for pdb.
PYTEST = $(WITH_SYSROOT) exec .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(TESTS) $(ARGS)
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/uv pip compile -q --generate-hashes \
	--python-version 3.11 $(UPGRADE)

.PHONY: help setup setup-test sysroot sysroot-test run test check format bench lock clean

help: ## This list
	@printf 'Usage: make COMMAND\n\n'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@printf '\nmake run HOST=127.0.0.1 PORT=8001; make test TESTS=tests/domain ARGS="-k notice"\n'

run: setup ## The demonstration, filled with cases, on http://127.0.0.1:8000
	@$(WITH_SYSROOT) exec .venv/bin/python -m disclosure serve --demo --host "$(HOST)" --port "$(PORT)"

test: setup-test ## All tests: real database, Redis, mail server and browser
	@$(PYTEST)

check: setup-test ## Format, lint and types, then all tests
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(PYTEST)

format: setup-test ## Format the code and mend what the linter can mend
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: setup-test ## The benchmarks, one line for each figure
	@$(WITH_SYSROOT) shopt -s nullglob; for job in bench/[a-z]*.py; do printf '# %s\n' "$$job"; .venv/bin/python "$$job"; done

setup: ## Prepare this machine and .venv/ for `make run`
	@deploy/prepare.sh runtime

setup-test: ## The same, and what the tests need
	@deploy/prepare.sh test

sysroot: ## Without root: system libraries and fonts into .venv/sysroot
	@deploy/prepare.sh sysroot runtime

sysroot-test: ## Without root: that, and the programs that the tests start
	@deploy/prepare.sh sysroot test

lock: setup-test ## Pin requirements*.in again (UPGRADE=--upgrade for newer versions)
	@$(COMPILE) requirements-setup.in -o requirements-setup.txt
	@$(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) requirements-dev.in -c requirements.txt -o requirements-dev.txt

clean: ## Remove .venv/ and caches; instance/ with its data stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
