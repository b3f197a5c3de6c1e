#!/bin/sh
# Makes sure that a Chromium is there for the browser tests; installs Debian's when run as root.
# The one without windows is preferred: it shows the same pages for half the CPU.
set -eu

works() {
    command -v "$1" >/dev/null 2>&1 && "$1" --version >/dev/null 2>&1
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "Installing Chromium for the browser tests ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=20 >&2 </dev/null || return 1
    for package in chromium-headless-shell chromium; do
        apt-get install -y -qq --no-install-recommends "$package" fonts-liberation >&2 </dev/null \
            && works "$package" && return 0
    done
    return 1
}

works chromium-headless-shell && exit 0
install && exit 0
for name in chromium google-chrome; do
    works "$name" && exit 0
done

echo "The browser tests need Chromium. Install it (Debian: apt-get install" \
    "chromium-headless-shell) and run the command again." >&2
exit 1
