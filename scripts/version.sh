#!/usr/bin/env bash
# Prints the version that Cargo.toml's [package] section states: the one place where it is written.
set -euo pipefail
cd "$(dirname "$0")/.."
awk -F'"' '/^\[/ { inside = ($0 == "[package]") } inside && /^version *=/ { print $2; exit }' Cargo.toml
