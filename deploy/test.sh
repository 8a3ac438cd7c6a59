#!/usr/bin/env bash
# Everything the project promises, in the order in which mistakes are cheapest to see.
# Its servers live in a folder of their own, so that `make run` beside it goes on undisturbed.
set -euo pipefail
cd "$(dirname "$0")/.."
export HEMIS_HOME="${HEMIS_HOME:-$PWD/.hemis}/test"
unset DATABASE_URL DATABASE_OWNER_URL REDIS_URL HEMIS_ENV
# What Python has translated once, every program that a test starts finds there: a start costs half.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$HEMIS_HOME/bytecode"
py=.venv/bin/python

stop() { $py -c "from hemis import embedded; embedded.stop_postgres(); embedded.stop_valkey()" || true; }
trap stop EXIT

say() { echo "── $*"; }

say translations
$py manage.py messages --compile
# The database that all tests copy takes a minute on one core: it is made while the other checks the code.
$py -m tests.database & database=$!
say lint
$py -m ruff check --quiet .
$py -m ruff format --check --quiet .
say types
$py -m mypy
say floors
.venv/bin/lint-imports --no-logo --no-cache
say migrations
$py manage.py makemigrations --check --dry-run
wait "$database"
say tests
# Files go out in the order of tests/conftest.py, not by the number of their tests.
$py -m pytest -n 2 --dist loadfile --no-loadscope-reorder "$@"
