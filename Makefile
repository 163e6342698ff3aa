# The same few commands in README, here and in CI.
PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin

.PHONY: demo setup test test-long check translations screenshots bench lock clean

demo: setup
	$(BIN)/panelgram sandbox --port $(PORT)

setup: .venv/runtime.done

# More workers than cores: most tests wait for the bot, the panel or a clock.
test: .venv/dev.done
	$(BIN)/pytest -q -n 4 -m "not long"

test-long: .venv/dev.done
	$(BIN)/pytest -q -m long

check: .venv/dev.done
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/locales

# LANGUAGE=de begins a new one. Only what stands behind `make` counts: many systems have a variable of this name.
translations: .venv/dev.done
	$(BIN)/python -m bot.translations $(if $(filter command,$(origin LANGUAGE)),$(LANGUAGE))

# Needs Chromium.
screenshots: .venv/dev.done
	SCREENSHOTS=docs NEED_CHROMIUM=1 $(BIN)/pytest -q tests/browser/test_screenshots.py

bench: .venv/bench.done
	$(BIN)/python -m benchmarks

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/runtime.done: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/dev.done: requirements-dev.lock .venv/runtime.done
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

.venv/bench.done: requirements-bench.lock .venv/dev.done
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

# Needs uv. No URL is written, so the lock files work with any package index; one resolution serves all three.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group build
lock:
	$(LOCK) --group test --group check --group clients --group bench -o requirements-bench.lock
	$(LOCK) --group test --group check --group clients -c requirements-bench.lock -o requirements-dev.lock
	$(LOCK) -c requirements-bench.lock -o requirements.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis
