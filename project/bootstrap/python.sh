#!/bin/sh
# Prints the path of a usable Python, 3.13 before 3.14 before 3.12, or explains how to get one.
#
# Candidates are judged by running them: version managers leave shims on the PATH that exist but
# do not work, and some builds lack modules we need.
set -eu

PROBE='
import ctypes, sqlite3, ssl, sys, zlib
wanted = tuple(int(part) for part in sys.argv[1].split("."))
found = sys.version_info[:2]
sys.exit(0 if (found == wanted if len(wanted) == 2 else (3, 12) <= found) else 1)
'

works() { # works PATH VERSION
    [ -x "$1" ] && "$1" -I -c "$PROBE" "$2" >/dev/null 2>&1
}

folders() {
    printf '%s' "$PATH" | tr ':' '\n'
    echo
    account=$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6) || account=
    for home in "${HOME:-}" "$account"; do
        [ -n "$home" ] && printf '%s\n' "$home"/.pyenv/versions/*/bin \
            "$home"/.local/share/uv/python/*/bin "$home"/.local/bin
    done
    [ -n "${PYENV_ROOT:-}" ] && printf '%s\n' "$PYENV_ROOT"/versions/*/bin
    printf '%s\n' /usr/local/bin /usr/bin /opt/homebrew/bin /opt/python*/bin /usr/local/python*/bin
}

if [ -n "${PENTIMENTO_PYTHON:-}" ]; then
    works "$PENTIMENTO_PYTHON" 3 && { echo "$PENTIMENTO_PYTHON"; exit 0; }
    echo "PENTIMENTO_PYTHON=$PENTIMENTO_PYTHON is not a working Python 3.12 or newer." >&2
    exit 1
fi

all=$(folders)
for version in 3.13 3.14 3.12 3; do
    # A here-document, not a pipe: `exit` must leave this script, not a subshell.
    while IFS= read -r folder; do
        if works "$folder/python$version" "$version"; then
            echo "$folder/python$version"
            exit 0
        fi
    done <<LIST
$all
LIST
done

cat >&2 <<'HELP'
Pentimento needs Python 3.12, 3.13 or 3.14, and none of the Pythons on this machine works.
Install one and run the command again, for instance:
    Debian 13, Ubuntu 24.04 or newer:   apt-get install python3 python3-venv
    with uv:                            uv python install 3.13
    with pyenv:                         pyenv install 3.13
or name one that is somewhere else:     PENTIMENTO_PYTHON=/path/to/python3.13 make run
HELP
exit 1
