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
    Engine("torch", _torch("eager"), lambda files: files.torch, "torch eager"),
    Engine("torch_traced", _torch("traced"), lambda files: files.torch, "torch traced"),
    Engine("onnxruntime", lambda places: ["node", _WORKERS / "onnxruntime_worker.js"], lambda files: files.onnx,
           "ONNX Runtime"),
]


def program(places, name):
    return places.build / "tests/bench/comparison/workers" / name


# How threads that wait for work do it. OpenMP's variables, and the microseconds that ONNX Runtime's threads spin, where
# these are not left as they are.
SPINS = {
    # They sleep, all of them.
    "off": ({"OMP_WAIT_POLICY": "PASSIVE"}, 0),
    # They look for some 0.2 ms before they sleep: what the server tells OpenMP (server/operations).
    "short": ({"OMP_WAIT_POLICY": "ACTIVE", "GOMP_SPINCOUNT": "10000"}, 200),
    # As each engine has it by itself.
    "own": ({}, None),
}


def environment(engine, places, threads, spin):
    """The same for all of them, but that this engine divides the work itself and leaves OpenBLAS one thread."""
    return {
        "PYTHONPATH": f"{_BENCH}:{REPOSITORY / 'client/python'}",
        "NODE_PATH": str(places.node_modules),
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": "1" if engine.name == OURS else str(threads),
        **SPINS["short" if engine.name == OURS and spin == "own" else spin][0],
    }
