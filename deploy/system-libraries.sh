#!/usr/bin/env bash
# Looks for the system libraries of WeasyPrint (run) and for a browser (test); installs them
# through apt where that is allowed, else names them.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
if ! .venv/bin/python -c "import weasyprint" >/dev/null 2>&1; then
  packages+=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig)
fi
# Debian has a Chromium without windows, which spares half of the time for a page; others take the whole browser.
if [ "${1:-run}" = test ] && ! command -v chromium-headless-shell >/dev/null; then
  if grep -qx "ID=debian" /etc/os-release && { [ "$(id -u)" = 0 ] || ! command -v chromium >/dev/null; }; then
    packages+=(chromium-headless-shell)
  elif ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
    packages+=(chromium)
  fi
fi
[ ${#packages[@]} -eq 0 ] && exit 0

sudo=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo="sudo"
  else
    echo "These system packages are missing and need an administrator:" >&2
    echo "    sudo apt-get install ${packages[*]}" >&2
    exit 1
  fi
fi
echo "── System packages: ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
