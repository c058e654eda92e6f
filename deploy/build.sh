#!/usr/bin/env bash
# Installs what compiling needs, then builds into build/release: everything, or only the targets that are named.
#
#   deploy/build.sh [TARGET...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

deploy/install-packages.sh build
cmake --preset release
cmake --build build/release --parallel "$(nproc)" ${1:+--target "$@"}
