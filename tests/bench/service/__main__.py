"""Measures the parts that are named, prints a table, and writes what was asked for."""
import argparse
import datetime
import json
import pathlib
import sys

from comparison import machine
from comparison.engines import REPOSITORY
from comparison.report import table

from .parts import PARTS
from .processes import Settings

# What --quick has: enough to see that everything works, too little to say anything of times.
QUICK = {"rounds": 1, "turn_seconds": 0.2, "warmup_seconds": 0.05, "overload_seconds": 1.0, "rest_seconds": 0.5,
         "reloads": 12}


def main(arguments):
    options = _parse(arguments)
    settings = Settings(options.build, options.folder, **(QUICK if options.quick else {}))
    if options.rounds:
        settings = settings._replace(rounds=options.rounds)
    results = {
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": machine.describe(),
        "quick": options.quick,
        "parts": [],
    }
    findings = []
    for name in options.parts or PARTS:
        findings.append(PARTS[name](settings))
        results["parts"].append(findings[-1]._asdict())
        print(f"{name}: {findings[-1].measured}", file=sys.stderr, flush=True)
        if options.json:  # After each part: a long measurement that is broken off has not been in vain.
            options.json.write_text(json.dumps(results, indent=1) + "\n")
    print(report(findings), end="")
    return 0 if all(finding.reached for finding in findings) else 1


def report(findings):
    rows = [[finding.part, finding.what, finding.measured, finding.wanted, "yes" if finding.reached else "NO"]
            for finding in findings]
    return table(["part", "what", "measured", "wanted", "reached"], rows) + "\n"


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="tests/bench/serving",
        description="Measures serving against the engine alone and gRPC alone, in turns, each in its process.",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--rounds", type=int, help=f"turns of each (default: {Settings._field_defaults['rounds']})")
    parser.add_argument("--quick", action="store_true", help="shortest turns, to see that it works")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all figures")
    parser.add_argument("--build", type=pathlib.Path, default=REPOSITORY / "build/release", metavar="FOLDER",
                        help="the build that is measured (default: build/release)")
    parser.add_argument("--folder", type=pathlib.Path, default=REPOSITORY / "build/bench", metavar="FOLDER",
                        help="where models are kept (default: build/bench)")
    options = parser.parse_args(arguments)
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"no part named {unknown[0]!r} (have: {', '.join(PARTS)})")
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds: want at least 1")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
