"""Adds up what the test suites reported, prints the sum as the closing line, and exits 1 if anything failed.

    summary.py FOLDER SUITE:STATUS...

FOLDER/SUITE.xml is the suite's JUnit report, STATUS the exit status of its runner. A runner that failed without
reporting a failed test (it crashed, it found no test, a test program was missing) counts as one failure: a sum must
not look green when a suite did not run.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree
from typing import NamedTuple


class Counts(NamedTuple):
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Counts(*(mine + theirs for mine, theirs in zip(self, other)))

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return f"{text}, {self.skipped} skipped" if self.skipped else text


def count_case(case: ElementTree.Element) -> Counts:
    if case.find("failure") is not None or case.find("error") is not None:
        return Counts(failed=1)
    if case.find("skipped") is not None:
        return Counts(skipped=1)
    return Counts(passed=1)


def count_suite(report: pathlib.Path, status: int) -> Counts:
    counts = Counts()
    if report.exists():
        for case in ElementTree.parse(report).iter("testcase"):
            counts += count_case(case)
    if counts.failed == 0 and (status != 0 or counts.passed == 0):
        counts += Counts(failed=1)
    return counts


def main(folder: str, *suites: str) -> int:
    total = Counts()
    for suite in suites:
        name, status = suite.rsplit(":", 1)
        counts = count_suite(pathlib.Path(folder) / f"{name}.xml", int(status))
        print(f"{name}: {counts} (exit status {status})")
        total += counts
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
