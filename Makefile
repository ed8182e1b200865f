# rxwarden: `make demo` to see it at work, `make test` to prove it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
ARGS ?=

.PHONY: help demo test check check-full bench format screenshots clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14

demo: $(VENV)/installed ## the whole product on a made-up web, then http://127.0.0.1:8000 (ARGS=--no-serve to stop before)
	$(BIN)/rxwarden demo $(ARGS)

test: $(VENV)/installed-dev ## all tests but the long ones (ARGS goes to pytest)
	$(BIN)/python -m pytest -m "not long" -n auto --dist loadfile $(ARGS)

check: $(VENV)/installed-dev ## style, types and the arrows between rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-full: check ## check, then every test with the long ones
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

bench: $(VENV)/installed-dev ## the crawl's speed and memory beside their yardsticks, into build/bench.json (Linux; half an hour)
	$(BIN)/python -m tests.bench $(ARGS)

screenshots: $(VENV)/installed-dev ## the pictures of the README, taken by a test run
	$(BIN)/python -m pytest tests/api/console/test_every_page.py -k pictures --screenshots api/console/pictures

format: $(VENV)/installed-dev ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what was built, also the virtual environment
	rm -rf build dist $(VENV) *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rxwarden needs Python 3.11 or newer; name one: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing rxwarden into $(VENV) (a minute or two) …"
	$(INSTALL) --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing rxwarden and its test tools into $(VENV) (a minute or two) …"
	$(INSTALL) --editable '.[dev,postgres]'
	@touch $@ $(VENV)/installed
