# `make run` starts Pentimento, `make test` runs every test; `make help` lists the rest.

PYTHON := .venv/bin/python
# The checks of the production settings use a data folder and an address of their own.
PROD := env DJANGO_SETTINGS_MODULE=project.settings.prod PENTIMENTO_DATA=.check \
	PENTIMENTO_BASE_URL=https://pentimento.example
# Two more than the cores of a small machine, since many tests wait for other processes. A file is
# one worker's, so that what its tests share is made once.
WORKERS ?= 4
SHARED := --dist loadfile --no-loadscope-reorder
ARGS ?=
# Tests start hundreds of processes; where this is set, each would compile all of Django anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check format lint types deploy faults bench corpus conformance pictures clean dev

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 13

run: ## set everything up and start Pentimento at http://127.0.0.1:8000
	@project/bootstrap/sync.sh run
	@exec $(PYTHON) editor/management/leash.py $(PYTHON) manage.py studio

test: dev ## run the whole test suite, browser tests included
	@project/bootstrap/chromium.sh
	$(PYTHON) -m pytest -n $(WORKERS) $(SHARED) $(ARGS)

check: dev lint types deploy test ## everything a change must pass, as CI runs it

format: dev ## rewrite Python and templates in the agreed format
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .
	.venv/bin/djade --target-version 6.1 $$(find templates editor -name '*.html')

lint: dev ## check format, rules, templates and the direction of imports
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	.venv/bin/djade --target-version 6.1 --check $$(find templates editor -name '*.html')
	.venv/bin/lint-imports --no-cache

types: dev ## check types strictly
	$(PYTHON) -m mypy .

deploy: dev ## check migrations, production settings and static files
	$(PROD) $(PYTHON) manage.py makemigrations --check --dry-run
	$(PROD) $(PYTHON) manage.py check --deploy --fail-level WARNING
	$(PROD) $(PYTHON) manage.py collectstatic --noinput --clear --verbosity 0

faults bench corpus: dev ## long runs: kills and faults in full, benchmarks, hostile files of others
	$(PYTHON) -m pytest -m $@ -s $(or $(ARGS),tests/$@)

conformance: dev ## all of the API's contract by SDKs and curl, through LiteLLM too, with a table
	$(PYTHON) -m pytest -m "conformance or not conformance" $(or $(ARGS),tests/conformance)

pictures: dev ## take the pictures of the README anew
	$(PYTHON) -m pytest -m $@ tests/browser/test_pictures.py

clean: ## remove what was built; pictures and database stay
	rm -rf .venv .tools .check .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

dev:
	@project/bootstrap/sync.sh dev
