# Engawa. `make` lists the targets. Everything is installed into .venv and node_modules, nowhere else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE := node_modules/.bin
DATA ?= data
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation

APP := pwa/dist/index.html
APP_SOURCES = $(shell find pwa crypto sync -path pwa/dist -prune -o -type f ! -name '*.test.*' ! -name '*.py' ! -path '*/vectors/*' ! -path '*/__pycache__/*' -print)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install app demo run test check current fmt vectors docs bench fleet lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: $(VENV)/.installed node_modules/.installed ## install what the lock files name (the other targets do it by themselves)

$(VENV)/bin/python:
	@scripts/venv "$(PYTHON)" "$(VENV)"

# First what builds the few packages without a wheel, so that a build fetches nothing the lock does not name.
$(VENV)/.locked: requirements.lock | $(VENV)/bin/python
	@awk '/^[^ ]/ { keep = /^(pip|setuptools|wheel)==/ } keep' requirements.lock > $(VENV)/build.lock
	@$(PIP_INSTALL) --require-hashes -r $(VENV)/build.lock
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	@PYTHONWARNINGS=ignore $(PIP_INSTALL) --editable .
	@touch $@

node_modules/.installed: package-lock.json package.json .npmrc
	@npm ci --loglevel=error
	@touch $@

app: $(APP) ## the app for phones and desks, into pwa/dist, within its budget

$(APP): $(APP_SOURCES) package.json tsconfig.json | node_modules/.installed
	@$(NODE)/vite build --config pwa/vite.config.ts --logLevel warn
	@touch $@

demo: $(VENV)/.installed $(APP) ## a fictional centre, filled by real devices, with three invitations
	@$(BIN)/engawa demo

run: $(VENV)/.installed $(APP) ## an empty server on ./data
	@$(BIN)/engawa serve --data "$(DATA)"

test: check current $(APP) ## everything: format, lint, types, vectors and docs current, both languages' tests, the app in a browser
	@scripts/browser >/dev/null
	@$(BIN)/python -m pytest -n 2 --dist worksteal
	@$(NODE)/vitest run

check: install ## format, lint, types, both languages
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(NODE)/biome ci --error-on-warnings .
	@$(NODE)/tsc -p tsconfig.json
	@$(NODE)/tsc -p tsconfig.portable.json
	@$(NODE)/tsc -p tsconfig.worker.json

current: install ## is every generated file what its generator writes today?
	@$(BIN)/python -m crypto.vectors.generate --check
	@$(BIN)/python -m sync.vectors.generate --check
	@$(BIN)/python -m sync.records.generate --check

fmt: install ## put every file into its format
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@$(NODE)/biome check --write .

vectors: install ## write the vectors anew
	@$(BIN)/python -m crypto.vectors.generate
	@$(BIN)/python -m sync.vectors.generate

docs: install ## write the generated documents and types anew
	@$(BIN)/python -m sync.records.generate

bench: install ## figures, as ratios measured side by side in one run
	@$(BIN)/python -m bench

fleet: install ## many devices, cuts, crashes and restores against a real server (MINUTES=n SEED=s)
	@$(BIN)/python -m tests.fleet --minutes "$(or $(MINUTES),2)" --seed "$(or $(SEED),1)"

lock: ## resolve the dependencies into the lock files (needs uv)
	@scripts/lock

clean: ## remove what was installed or built (never ./data)
	@rm -rf $(VENV) node_modules pwa/dist *.egg-info build .mypy_cache .ruff_cache .pytest_cache .hypothesis
