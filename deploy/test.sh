#!/usr/bin/env bash
# Everything the project promises, in the order in which mistakes are cheapest to see.
set -euo pipefail
cd "$(dirname "$0")/.."
export HEMIS_HOME="${HEMIS_HOME:-$PWD/.hemis}/test"
mkdir -p "$HEMIS_HOME"
py=.venv/bin/python

stop() { $py -c "from hemis import embedded; embedded.stop_postgres()" >/dev/null 2>&1 || true; }
trap stop EXIT

echo "── lint";         $py -m ruff check . && $py -m ruff format --check .
echo "── types";        $py -m mypy
echo "── floors";       .venv/bin/lint-imports
echo "── translations"; $py manage.py messages --compile
echo "── migrations";   $py manage.py makemigrations --check --dry-run
echo "── tests"
$py -m pytest -n 2 --dist loadfile "$@"
