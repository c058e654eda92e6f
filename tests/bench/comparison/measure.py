"""One case (a model at a batch size and a number of threads), measured: every engine in a process of its own, in turns.

A round gives each engine one turn of a fixed number of runs, and the machine's peak one too; the next round starts with
another engine. So whatever slows the machine for a while slows all of them.
"""
import contextlib
import functools
import pathlib
import statistics
import tempfile
from typing import NamedTuple

import numpy as np

from . import machine
from .engines import ENGINES, REFERENCE, SPINS, environment, program
from .worker import Worker, WorkerError


class Case(NamedTuple):
    model: str
    batch: int
    threads: int


class Settings(NamedTuple):
    rounds: int = 7
    turn_seconds: float = 0.3
    precision: str = "default"
    spin: str = "off"


_PEAK_SECONDS = 0.05
_MOST_RUNS = 2000  # A turn's; more say nothing more.
# Long runs bring their own data into the caches; short ones are first given the caches back that others have used.
_SHORT_RUN_SECONDS = 0.1


def measure(case, files, facts, places, settings):
    """The record of the case, as the result file holds it."""
    with contextlib.ExitStack() as stack:
        peak = stack.enter_context(Worker([program(places, "compare_peak")]))
        entrants = []
        for engine in ENGINES:
            variables = environment(engine, places, case.threads, settings.spin)
            entrants.append(_Entrant(engine, stack.enter_context(Worker(engine.command(places), variables))))
        for entrant in entrants:
            entrant.load(case, files, facts, settings)
        gflops = _take_turns(entrants, peak, case, settings)
        _compare_outputs(entrants)
        for entrant in entrants:
            entrant.note_memory()
    return {
        **case._asdict(),
        "multiply_adds": facts["multiply_adds"] * case.batch,
        "weight_bytes": facts["weight_bytes"],
        "peak_gflops": gflops,
        "engines": {entrant.engine.name: entrant.record for entrant in entrants},
    }


def _take_turns(entrants, peak, case, settings):
    """Fills in the entrants' times; returns the machine's peak in each round."""
    gflops = []
    for number in range(settings.rounds):
        gflops.append(peak.ask("peak", threads=case.threads, seconds=_PEAK_SECONDS)["gflops"])
        first = number % len(entrants)
        for entrant in entrants[first:] + entrants[:first]:
            entrant.take_turn(settings)
    return gflops


def _compare_outputs(entrants):
    """Fills in how far each engine's output is from the reference's, relative to the reference's largest element."""
    outputs = {entrant.engine.name: entrant.output() for entrant in entrants}
    reference = outputs[REFERENCE]
    for entrant in entrants:
        output = outputs[entrant.engine.name]
        if reference is not None and output is not None:
            entrant.record["deviation"] = deviation(output, reference)


def deviation(output, reference):
    if output.shape != reference.shape:
        raise ValueError(f"an output has {output.size} elements, and the reference has {reference.size}")
    return float(np.abs(output - reference).max() / np.abs(reference).max())


def _unless_failed(method):
    """Does nothing once the entrant has failed; notes it when it fails now."""

    @functools.wraps(method)
    def guarded(self, *arguments):
        if "error" in self.record:
            return None
        try:
            return method(self, *arguments)
        except WorkerError as error:
            self.record["error"] = str(error)
            return None

    return guarded


class _Entrant:
    """An engine in a case. Once it has failed it takes no more turns, and its record says why."""

    def __init__(self, engine, worker):
        self.engine = engine
        self.record = {"nanoseconds": [], "cpu_nanoseconds": [], "other_cpus": []}
        self._worker = worker
        self._run_seconds = None

    @_unless_failed
    def load(self, case, files, facts, settings):
        self._worker.ask("ready")
        self.record["empty_bytes"] = machine.memory(self._worker.pid)
        reply = self._worker.ask(
            "load", model=str(self.engine.model(files)), input=str(files.input(case.batch)),
            shape=[case.batch, *facts["input"]], threads=case.threads,
            spin_microseconds=SPINS[settings.spin][1], precision=settings.precision,
        )
        self.record.update(reply)
        # The first runs choose algorithms, pack and allocate. One timed run tells how many make a turn, unless it is so
        # short that one says little.
        times = self._worker.ask("run", warm=2, times=1)["nanoseconds"]
        if times[0] * 1e-9 < _SHORT_RUN_SECONDS:
            times = self._worker.ask("run", warm=5, times=5)["nanoseconds"]
        self._run_seconds = statistics.median(times) * 1e-9

    @_unless_failed
    def take_turn(self, settings):
        times = min(_MOST_RUNS, max(1, round(settings.turn_seconds / self._run_seconds)))
        warm = 1 if self._run_seconds < _SHORT_RUN_SECONDS else 0
        others, before = machine.OthersWatch(self._worker.pid), machine.cpu_seconds(self._worker.pid)
        self.record["nanoseconds"].append(self._worker.ask("run", warm=warm, times=times)["nanoseconds"])
        used = machine.cpu_seconds(self._worker.pid) - before
        self.record["cpu_nanoseconds"].append(round(used * 1e9 / (warm + times)))
        self.record["other_cpus"].append(round(others.cpus(), 3))

    @_unless_failed
    def output(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "output"
            self._worker.ask("save", path=str(path))
            return np.fromfile(path, "<f4")

    @_unless_failed
    def note_memory(self):
        self.record["peak_bytes"] = machine.peak_memory(self._worker.pid)
