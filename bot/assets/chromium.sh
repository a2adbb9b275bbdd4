#!/bin/sh
# Finds Chromium for the browser tests; installs Debian's where it may, else says how and goes on.
if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium for the browser tests …"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-nanum >/dev/null && exit 0
fi
echo "Chromium is missing: the browser tests are left out. On Debian: sudo apt-get install chromium" >&2
