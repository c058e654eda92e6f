"""Those who are compared: how each is started, and which file it loads."""
import pathlib
import sys
from typing import Callable, NamedTuple

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
_BENCH = REPOSITORY / "tests/bench"
_WORKERS = _BENCH / "comparison/workers"

OURS = "moduled"
# What the others' results are held against.
REFERENCE = "torch"


class Places(NamedTuple):
    """Where the programs are."""

    build: pathlib.Path  # Of this project.
    node_modules: pathlib.Path


class Engine(NamedTuple):
    name: str
    command: Callable[[Places], list]
    model: Callable  # Artifacts -> the path that it loads.
    label: str


def _torch(mode):
    return lambda places: [sys.executable, "-m", "comparison.workers.torch_worker", mode]


ENGINES = [
    Engine(OURS, lambda places: [program(places, "compare_engine")], lambda files: files.version, "moduled"),
    Engine("torch", _torch("eager"), lambda files: files.torch, "PyTorch, eager"),
    Engine("torch_traced", _torch("traced"), lambda files: files.torch, "PyTorch, traced and optimised"),
    Engine("onnxruntime", lambda places: ["node", _WORKERS / "onnxruntime_worker.js"], lambda files: files.onnx,
           "ONNX Runtime"),
]


def program(places, name):
    return places.build / "tests/bench/comparison/workers" / name


def environment(places, threads, spin):
    """The same for all of them. Where threads wait for work they sleep, unless `spin` lets them wait as they like."""
    return {
        "PYTHONPATH": f"{_BENCH}:{REPOSITORY / 'client/python'}",
        "NODE_PATH": str(places.node_modules),
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        **({} if spin else {"OMP_WAIT_POLICY": "PASSIVE"}),
    }
