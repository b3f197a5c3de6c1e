#!/bin/sh
# Brings .venv in line with uv.lock: `sync.sh run` for the server, `sync.sh dev` for tests too.
#
# A stamp of the lock file makes the second call a matter of milliseconds, without any network.
# Neither kind removes what the other installed, so `make run` and `make test` can alternate.
set -eu
cd "$(dirname "$0")/../.."

kind=${1:-run}
extras=${PENTIMENTO_EXTRAS:-}
UV_VERSION=0.13.9
stamp="$(cat uv.lock pyproject.toml | cksum) $extras"

current() { # a "dev" environment serves for "run" as well
    for made in "$kind" dev; do
        [ "$(cat ".venv/.synced-$made" 2>/dev/null)" = "$stamp" ] || continue
        .venv/bin/python -c '' 2>/dev/null && return 0
    done
    return 1
}

private_uv() { # uv in a venv of its own, made by the Python found
    tools="$PWD/.tools/uv-$UV_VERSION"
    if ! "$tools/bin/uv" --version >/dev/null 2>&1; then
        rm -rf "$tools"
        if ! "$python" -m venv "$tools" >&2; then
            echo "$python cannot make a virtual environment: install its venv package" \
                "(Debian: apt-get install python3-venv) or uv, and try again." >&2
            exit 1
        fi
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" >&2
    fi
    echo "$tools/bin/uv"
}

current && exit 0

echo "Setting up Python packages (needed once, and after an upgrade) ..." >&2
python=$(project/bootstrap/python.sh)
if [ "$(uv --version 2>/dev/null | cut -d' ' -f2)" = "$UV_VERSION" ]; then
    uv=uv
else
    uv=$(private_uv)
fi

# A venv whose Python has gone, or is too old, is of no use to anyone.
.venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null \
    && python=.venv/bin/python || rm -rf .venv
rm -f .venv/.synced-run .venv/.synced-dev

[ -w "${HOME:-/nonexistent}" ] || export UV_CACHE_DIR="${UV_CACHE_DIR:-$PWD/.tools/cache}"
export UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv UV_NO_PROGRESS=1
unset VIRTUAL_ENV

set -- --frozen --inexact --quiet --python "$python"
[ "$kind" = dev ] && set -- "$@" --group dev || set -- "$@" --no-dev
for extra in $extras; do
    set -- "$@" --extra "$extra"
done
"$uv" sync "$@"
printf '%s' "$stamp" >".venv/.synced-$kind"
