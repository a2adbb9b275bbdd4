# Two commands: `make demo` to try it, `make test` to check it. Both set up what they need.
PYTHON ?= python3
VENV := .venv
# tests run side by side: many of them wait more than they work
WORKERS ?= 4
# the tests' files live in memory where 4 GB of it are free and programs may be run from there
ROOMY := $(shell ! grep -qs ' /dev/shm .*noexec' /proc/mounts && [ "$$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)" -ge 4000000 ] 2>/dev/null && echo TMPDIR=/dev/shm)
# what the operator's environment says must change neither the demo nor the tests
CLEAN := env $$(env | sed -n 's/^\(STOPLINE_[A-Z_]*\|SLACK_[A-Z_]*\|OPENAI_[A-Z_]*\)=.*/-u \1/p')

.PHONY: demo test lint unit bench setup browser

demo: $(VENV)/.ready
	@$(CLEAN) $(VENV)/bin/python -m bot demo $(ARGS)

test: lint unit

setup: $(VENV)/.ready

lint: $(VENV)/.ready-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

unit: $(VENV)/.ready-dev browser
	$(CLEAN) $(ROOMY) $(VENV)/bin/python -m pytest -n $(WORKERS) $(ARGS)

bench: $(VENV)/.ready-dev
	$(CLEAN) $(VENV)/bin/python -m tests.bench $(ARGS)

# ---------------------------------------------------------------- set-up, from hashed requirements

$(VENV)/.ready: requirements/runtime.txt pyproject.toml
	@sh bot/assets/setup.sh $(VENV) requirements/runtime.txt $(PYTHON)
	@touch $@

$(VENV)/.ready-dev: requirements/dev.txt pyproject.toml
	@sh bot/assets/setup.sh $(VENV) requirements/dev.txt $(PYTHON)
	@touch $@ $(VENV)/.ready

# Chromium for the browser tests: installed where we may, else said and left out
browser:
	@sh bot/assets/chromium.sh
