#!/usr/bin/env bash
# Makes .venv from the lock file: with uv when it can be had, with plain pip otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

# The distribution's own Python is compiled with the optimizations that those compiled at home mostly lack: all that
# the program does takes a third less. Another is named by PYTHON.
pythons=()
for candidate in ${PYTHON:-/usr/bin/python3 python3 python3.13 python3.12 python3.11}; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    pythons+=("$candidate")
  fi
done
if [ "${#pythons[@]}" = 0 ]; then
  echo "HEMIS needs Python 3.11 or newer." >&2
  exit 1
fi

# Some lack venv: the first that has it serves.
made() {
  for python in "${pythons[@]}"; do
    "$python" -m venv .venv >/dev/null 2>&1 && return
    rm -rf .venv
  done
  return 1
}

if [ ! -x .venv/bin/python ]; then
  echo "── Python environment"
  if ! made; then
    if command -v uv >/dev/null; then
      uv venv -q --seed --python "${pythons[0]}" .venv
    elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
      made
    else
      echo "Python's venv is missing. Install it with:  sudo apt-get install python3-venv" >&2
      exit 1
    fi
  fi
fi

echo "── Packages"
# uv is quick but knows nothing of pip's settings (certificates, mirrors): where it fails, pip tries.
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 PIP_DISABLE_PIP_VERSION_CHECK=1
lock=deploy/requirements-dev.lock
pip=(.venv/bin/python -m pip install -q)
if command -v uv >/dev/null && uv pip sync -q --python .venv/bin/python "$lock"; then
  exit 0
fi
if "${pip[@]}" uv 2>/dev/null &&
  .venv/bin/python -m uv pip install -q --python .venv/bin/python --require-hashes -r "$lock"; then
  exit 0
fi
"${pip[@]}" --require-hashes -r "$lock"
