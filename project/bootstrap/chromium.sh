#!/bin/sh
# Makes sure that a Chromium is there for the browser tests; installs Debian's when run as root.
set -eu

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && "$name" --version >/dev/null 2>&1 && exit 0
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq >&2 </dev/null \
        && apt-get install -y -qq --no-install-recommends chromium fonts-liberation >&2 </dev/null
    then
        chromium --version >&2 && exit 0
    fi
fi

echo "The browser tests need Chromium. Install it (Debian: apt-get install chromium) and run" \
    "the command again." >&2
exit 1
