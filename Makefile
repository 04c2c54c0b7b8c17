# The tasks of a day. `make` lists them; .ci/run does what CI does, in an environment of its own.
PYTHON ?= .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup check test golden pages evidence bench fuzz

help: ## these lines
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## an environment with everything that the other tasks need
	python3 -m venv .venv && .venv/bin/python -m pip install -q -e '.[test,lint]'

check: ## lint, format and types
	$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy

test: ## all tests, on all cores
	$(PYTHON) -m pytest -n auto

golden: ## write the texts anew that tests hold outputs against; look at the difference
	UPDATE_GOLDEN=1 $(PYTHON) -m pytest tests/test_outputs_text.py tests/test_readme.py

pages: ## the documentation site, in docs/
	$(PYTHON) -m benchmarks.pages

evidence: ## how often each check is right, from the labelled runs beside the checkout
	$(PYTHON) -m benchmarks.evidence

bench: ## speed against its yardsticks, and how often the verdict is right
	$(PYTHON) -m benchmarks.speed && $(PYTHON) -m benchmarks.diagnosis

fuzz: ## mutated logs for a minute, other ones each time
	$(PYTHON) -m benchmarks.fuzz --inputs 3000 --seed $$(date +%s)
