"""Measures, prints the tables, and writes what was asked for."""
import datetime
import itertools
import json
import pathlib
import sys

from . import machine
from .artifacts import Artifacts
from .engines import Places
from .measure import Case, measure
from .options import parse
from .report import report


def main(arguments):
    options = parse(arguments)
    results = json.loads(options.read.read_text()) if options.read else _measure_all(options)
    print(report(results), end="")
    if options.plot:
        from .plot import plot  # Drawing needs more than measuring does.

        plot(results, options.plot)


def _measure_all(options):
    results = {
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": machine.describe(),
        "settings": options.settings._asdict(),
        "cases": [],
    }
    cases = [Case(*each) for each in itertools.product(options.models, options.batches, options.threads)]
    for number, case in enumerate(cases, start=1):
        _say(f"[{number}/{len(cases)}] {case.model}, batch {case.batch}, threads {case.threads}")
        files = Artifacts(options.folder / "compare", case.model)
        places = Places(options.build, options.folder / "node_modules")
        results["cases"].append(measure(case, files, files.prepare(), places, options.settings))
        if options.json:  # After each case: a long comparison that is broken off has not been in vain.
            options.json.write_text(json.dumps(results, indent=1) + "\n")
    return results


def _say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
