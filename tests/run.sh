#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. It needs Debian 12's base system and its package archive.
# The last line is the sum over all suites; the exit status is that of the tests.
#
#   tests/run.sh [--quick]      --quick leaves out the tests marked slow: those that build images and whole systems
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

quick=false
case "${1:-}" in
  "") ;;
  --quick) quick=true ;;
  *) echo "run.sh: unknown argument '$1' (want: nothing, or --quick)" >&2; exit 2 ;;
esac

ctest_arguments=(--preset release --output-on-failure --parallel "$(nproc)")
pytest_arguments=(tests)
if $quick; then
  ctest_arguments+=(--label-exclude '^slow$')
  pytest_arguments+=(-m 'not slow')
fi

readonly reports="$PWD/build/test-reports"
suites=()

# Runs one suite to its end, whatever the ones before it said, and keeps its exit status for the sum.
run_suite() {
  local name="$1" status=0
  shift
  rm -f "$reports/$name.xml"
  "$@" || status=$?
  suites+=("$name:$status")
}

deploy/install-packages.sh test
deploy/build.sh
mkdir -p "$reports"

run_suite ctest ctest "${ctest_arguments[@]}" --output-junit "$reports/ctest.xml"
run_suite pytest /usr/bin/python3 -m pytest "${pytest_arguments[@]}" --junitxml="$reports/pytest.xml"

/usr/bin/python3 tests/summary.py "$reports" "${suites[@]}"
