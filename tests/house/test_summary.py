"""The closing line of tests/run.sh adds up the suites and is never green for a suite that did not run."""

import pathlib
import subprocess
import sys

import pytest

SUMMARY = pathlib.Path(__file__).resolve().parents[1] / "summary.py"

PASSED = '<testcase name="a"/>'
FAILED = '<testcase name="b"><failure message="no"/></testcase>'
BROKEN = '<testcase name="c"><error message="no fixture"/></testcase>'
SKIPPED = '<testcase name="d"><skipped/></testcase>'


def summarise(folder, reports, *suites):
    for name, cases in reports.items():
        (folder / f"{name}.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    result = subprocess.run([sys.executable, SUMMARY, folder, *suites], capture_output=True, text=True)
    assert result.stderr == ""
    return result.stdout.splitlines()[-1], result.returncode


def test_suites_are_added_up(tmp_path):
    reports = {"ctest": PASSED * 3, "pytest": PASSED * 2}
    assert summarise(tmp_path, reports, "ctest:0", "pytest:0") == ("5 passed, 0 failed", 0)


def test_failures_errors_and_skips_are_told_apart(tmp_path):
    reports = {"ctest": PASSED + FAILED, "pytest": PASSED + BROKEN + SKIPPED}
    assert summarise(tmp_path, reports, "ctest:8", "pytest:1") == ("2 passed, 2 failed, 1 skipped", 1)


@pytest.mark.parametrize(
    "reports, suite",
    [
        pytest.param({}, "pytest:4", id="no report"),
        pytest.param({"pytest": PASSED}, "pytest:3", id="a runner that failed after its tests"),
        pytest.param({"pytest": ""}, "pytest:0", id="no test"),
        pytest.param({"pytest": SKIPPED}, "pytest:0", id="nothing but skipped tests"),
    ],
)
def test_a_suite_that_did_not_run_is_a_failure(tmp_path, reports, suite):
    line, status = summarise(tmp_path, {"ctest": PASSED, **reports}, "ctest:0", suite)
    assert " 1 failed" in line
    assert status == 1
