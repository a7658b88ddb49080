#!/usr/bin/env bash
# scripts/bindings.sh short|full DIST [PYTHON]: tests of bindings/python with the library of DIST.
#
#   short   from the source tree, with nothing but Python; files that import more are counted as skipped
#   full    the wheel, installed with NumPy, Pillow, pandas and Matplotlib into build/venv (downloads them)
set -euo pipefail
cd "$(dirname "$0")/.."
mode=$1 dist=$(cd "$2" && pwd) python=${3:-python3}
tests=bindings/python/tests
library=$dist/lib/libtendon.so

case $mode in
    short)
        # Their imports stand at the beginning of a line.
        mapfile -t more < <(grep -lE '^(import|from) (pytest|numpy|PIL|pandas|matplotlib)' $tests/test_*.py || true)
        modules=()
        for file in "$tests"/test_*.py; do
            [[ " ${more[*]} " == *" $file "* ]] || modules+=("$(basename "$file" .py)")
        done
        TENDON_LIBRARY=$library PYTHONPATH=bindings/python:$tests PYTHONDONTWRITEBYTECODE=1 \
            "$python" -m unittest "${modules[@]}"
        for file in "${more[@]}"; do echo "skipped: $file (make test-bindings runs it)"; done
        echo "bindings: ${#modules[@]} files of tests, ${#more[@]} skipped"
        ;;
    full)
        venv=build/venv
        wanted=$({ cat $tests/requirements.txt; "$python" -VV; } | sha256sum)
        if [ "$(cat $venv/.stamp 2> /dev/null)" != "$wanted" ]; then
            rm -rf $venv
            "$python" -m venv $venv
            $venv/bin/pip install --quiet --disable-pip-version-check --requirement $tests/requirements.txt
            echo "$wanted" > $venv/.stamp
        fi
        rm -rf build/wheel
        wheel=$(TENDON_LIBRARY=$library "$python" bindings/python/tendon_build.py build/wheel)
        $venv/bin/pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall "$wheel"
        # The installed package, with the library that lies in it.
        env -u TENDON_LIBRARY -u PYTHONPATH MPLBACKEND=Agg PYTHONDONTWRITEBYTECODE=1 \
            $venv/bin/python -m pytest -q -rs -p no:cacheprovider $tests
        ;;
    *) echo "usage: scripts/bindings.sh short|full DIST [PYTHON]" >&2; exit 2 ;;
esac
