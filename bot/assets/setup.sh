#!/bin/sh
# Sets up the virtual environment from a hashed requirements file: with uv where it is installed, else with venv and pip.
set -eu
venv=$1 requirements=$2 python=$3

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Stopline needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2
    exit 1
fi
echo "Setting up Stopline in $venv (once, about a minute) …"
if command -v uv >/dev/null 2>&1; then
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$python" "$venv"
    uv pip install --python "$venv/bin/python" --no-deps --require-hashes -r "$requirements"
else
    [ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --require-hashes -r "$requirements" \
        >"$venv/setup.log" 2>&1 &
    installing=$!
    while kill -0 "$installing" 2>/dev/null; do
        printf .
        sleep 1
    done
    echo
    wait "$installing" || {
        tail -n 20 "$venv/setup.log" >&2
        echo "The set-up failed; the whole story is in $venv/setup.log" >&2
        exit 1
    }
fi
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
pwd >"$site/stopline.pth"
printf '#!/bin/sh\nexec "%s/%s/bin/python" -m bot "$@"\n' "$(pwd)" "$venv" >"$venv/bin/stopline"
chmod +x "$venv/bin/stopline"
echo "Ready."
