"""The command line."""
import argparse
import pathlib

from .engines import REPOSITORY, SPINS
from .measure import Settings

# What --quick measures: one small and one middling model, each at its simplest.
_QUICK = {"models": ["mlp", "resnet18"], "batches": [1], "threads": [1], "rounds": 3}


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="tests/bench/compare",
        description="Measures this engine, PyTorch (eager and traced) and ONNX Runtime in turns, each in its process.",
    )
    parser.add_argument("--models", type=_names, help="e.g. resnet18,mlp (default: all)")
    parser.add_argument("--batches", type=_counts, help="e.g. 1,8 (the default)")
    parser.add_argument("--threads", type=_counts, help="e.g. 1,2 (the default)")
    parser.add_argument("--rounds", type=_count,
                        help=f"turns of each engine in each case (default: {Settings().rounds})")
    parser.add_argument("--quick", action="store_true", help="few cases and rounds, unless they are named")
    parser.add_argument("--precision", choices=["exact", "default", "fast"], default=Settings().precision,
                        help="of this engine (default: %(default)s)")
    parser.add_argument("--spin", choices=list(SPINS), default=Settings().spin,
                        help="how threads wait: asleep; looking for work for 0.2 ms, as the server has it; or as each "
                             "engine likes (default: %(default)s)")
    parser.add_argument("--json", type=_written_file, metavar="FILE", help="write all measurements")
    parser.add_argument("--plot", type=_picture, metavar="FILE", help="draw the speeds (.png or .svg)")
    parser.add_argument("--read", type=pathlib.Path, metavar="FILE",
                        help="measure nothing: show what --json has written")
    parser.add_argument("--build", type=pathlib.Path, default=REPOSITORY / "build/release", metavar="FOLDER",
                        help="the build that is measured (default: build/release)")
    parser.add_argument("--folder", type=pathlib.Path, default=REPOSITORY / "build/bench",
                        help="where models and packages are kept (default: build/bench)")
    return _with_defaults(parser.parse_args(arguments))


def _with_defaults(options):
    defaults = {"models": _all_models(), "batches": [1, 8], "threads": [1, 2], "rounds": Settings().rounds}
    for name, default in {**defaults, **(_QUICK if options.quick else {})}.items():
        if getattr(options, name) is None:
            setattr(options, name, default)
    options.settings = Settings(rounds=options.rounds, precision=options.precision, spin=options.spin)
    return options


def _all_models():
    from .networks import NETWORKS  # Imports PyTorch.

    return list(NETWORKS)


def _names(text):
    names = text.split(",")
    if unknown := set(names) - set(_all_models()):
        raise argparse.ArgumentTypeError(f"no model named {sorted(unknown)[0]!r} (have: {', '.join(_all_models())})")
    return names


# Files are checked before anything is measured, which takes long.
def _written_file(text):
    path = pathlib.Path(text)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {str(path.parent)!r}")
    return path


def _picture(text):
    path = _written_file(text)
    if path.suffix not in (".png", ".svg"):
        raise argparse.ArgumentTypeError(f"got {text!r}, want a name that ends in .png or .svg")
    return path


def _counts(text):
    return [_count(part) for part in text.split(",")]


def _count(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"got {text!r}, want a count")
    return int(text)
