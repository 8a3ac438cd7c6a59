# make run — a demo university on this machine;  make test — everything the project promises.
# HEMIS_HOME (default .hemis/) keeps the data, PORT (default 8000) the address: two copies run side by side.
SHELL := /bin/bash
.DEFAULT_GOAL := run
PY := .venv/bin/python

.PHONY: install run test bench sweep lint lock messages clean

install: .venv/installed
	@bash deploy/system-libraries.sh run

.venv/installed: deploy/requirements-dev.lock
	@bash deploy/install.sh
	@touch $@

run: install
	@exec $(PY) -m hemis.ops.run

test: install
	@bash deploy/system-libraries.sh test
	@bash deploy/test.sh

bench: install
	@$(PY) -m hemis.ops.bench

# Every role of a demo walks every page in a browser; twenty minutes and more (docs/operating.md).
sweep: install
	@bash deploy/system-libraries.sh test
	@$(PY) -m tests.browser.sweep

lint: install
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .

lock:
	uv pip compile -q pyproject.toml --universal --generate-hashes -o deploy/requirements.lock
	uv pip compile -q pyproject.toml --group dev --universal --generate-hashes -o deploy/requirements-dev.lock

messages: install
	@$(PY) manage.py messages --collect

clean:
	rm -rf .venv .hemis
