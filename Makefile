# Every target sets itself up; `make` alone lists them.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCK   := deploy/lock/development.txt
READY  := $(VENV)/.ready
TOOLS  := build/tools
SERVICE_LOCK := deploy/lock/service.txt

.DEFAULT_GOAL := help
.PHONY: help setup demo test check docs bench chaos memory fuzz sbom audit train train-encoder lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(READY) ## install everything into .venv, from the lock

$(READY): $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Claimwire needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing from $(LOCK) into $(VENV) (about a minute, once)"
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "The venv module is missing (on Debian: apt install python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## start a broker and the service, and see sample articles come back labelled
	@$(BIN)/python -m deploy.demo

test: setup ## run every test; those that need a real Kafka broker are skipped where there is none
	@$(BIN)/python -m pytest

check: setup ## look at style, format and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

docs: setup ## make the pages again that are made from the code
	@$(BIN)/python -m service.operations.reference > docs/metrics.md
	@$(BIN)/claimwire settings --markdown > docs/settings.md
	@$(BIN)/python -m service.events.schemas

bench: setup ## measure sentences a second, topic to topic
	@$(BIN)/python -m tests.benchmarks.throughput

chaos: setup ## break the service and its brokers for some twenty minutes, and count what is lost or doubled
	@$(BIN)/python -m tests.chaos

memory: setup ## watch the memory of the service over a million sentences and a slow broker
	@$(BIN)/python -m tests.chaos.memory

fuzz: setup ## look for harmful input, for MINUTES=10
	@$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),10)

sbom: $(TOOLS)/.ready $(SERVICE_LOCK) ## write what the service is made of to build/sbom.json (CycloneDX)
	@$(TOOLS)/bin/python -W ignore -m cyclonedx_py requirements $(SERVICE_LOCK) --pyproject pyproject.toml --mc-type application --output-reproducible --output-file build/sbom.json

audit: $(TOOLS)/.ready $(SERVICE_LOCK) ## ask for known vulnerabilities; fails too where it could not look
	@$(TOOLS)/bin/python -m deploy.security.audit $(SERVICE_LOCK)

$(TOOLS)/.ready: deploy/security/tools.txt
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

train: setup ## train the model from the corpus
	@$(BIN)/python -m training.train $(ARGUMENTS)

train-encoder: setup ## train the encoder that reads doubtful sentences again
	@$(BIN)/python -m training.encoder $(ARGUMENTS)

lock: setup ## resolve the dependencies again (needs uv on PATH)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --extra development -o $(LOCK) pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes -c $(LOCK) -o $(SERVICE_LOCK) pyproject.toml

clean: ## remove everything that is not in the repository: .venv, Kafka's jars, caches, builds
	rm -rf $(VENV) .kafka build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
