#!/usr/bin/env bash
# scripts/part.sh NAME command…: runs one part of a long run and says how long it took and whether it passed.
# With TENDON_PARTS=FILE the line is added to that file too, for a summary at the end.
set -uo pipefail
name=$1
shift
echo "=== $name: $*"
start=$(date +%s)
"$@"
code=$?
line=$(printf '%-28s %5d s  %s' "$name" $(($(date +%s) - start)) "$([ $code = 0 ] && echo passed || echo "FAILED ($code)")")
echo "=== $line"
[ -z "${TENDON_PARTS:-}" ] || echo "$line" >> "$TENDON_PARTS"
exit $code
