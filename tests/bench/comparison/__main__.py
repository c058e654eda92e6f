"""Measures, prints the tables, and writes what was asked for."""
import datetime
import itertools
import json
import sys

from . import figures, machine
from .artifacts import Artifacts
from .engines import Places
from .measure import Case, measure
from .options import parse
from .report import progress, report


def main(arguments):
    options = parse(arguments)
    results = json.loads(options.read.read_text()) if options.read else _measure_all(options)
    print(report(results), end="")
    if options.plot:
        from .plot import plot  # Drawing needs more than measuring does.

        plot(results, options.plot)
    return 1 if figures.problems(results) else 0


def _measure_all(options):
    results = {
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": machine.describe(),
        "settings": options.settings._asdict(),
        "cases": [],
    }
    places = Places(options.build, options.folder / "node_modules")
    cases = [Case(*each) for each in itertools.product(options.models, options.batches, options.threads)]
    for number, case in enumerate(cases, start=1):
        files = Artifacts(options.folder / "compare", case.model)
        record = measure(case, files, files.prepare(), places, options.settings)
        results["cases"].append(record)
        _say(f"[{number}/{len(cases)}] {progress(record)}")
        if options.json:  # After each case: a long comparison that is broken off has not been in vain.
            options.json.write_text(json.dumps(results, indent=1) + "\n")
    return results


def _say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
