"""How tests/bench/compare drives its workers: with programs that answer what a test wants."""
import os
import sys
import threading
import time

import numpy as np
import pytest
from comparison import machine, measure, options
from comparison.engines import Engine
from comparison.worker import Worker, WorkerError

# Answers as an engine does: `{}` before the loop is what the test adds.
PROGRAM = """
import json, os, sys, time
def answer(request):
    do = request["do"]
    {special}
    if do == "run": return {{"nanoseconds": [1000 * (1 + i) for i in range(request["times"])]}}
    if do == "peak": return {{"gflops": 10.0 * request["threads"]}}
    if do == "save":
        import array
        array.array("f", {output}).tofile(open(request["path"], "wb"))
    return {{}}
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
"""


def program(special="pass", output=(1.0, -4.0)):
    return [sys.executable, "-c", PROGRAM.format(special=special, output=list(output))]


def test_a_worker_answers_what_it_is_asked():
    with Worker(program()) as worker:
        assert worker.ask("run", times=2) == {"nanoseconds": [1000, 2000]}
        assert worker.ask("ready") == {}


def test_an_error_reply_is_raised_and_the_worker_lives_on():
    with Worker(program('if do == "load": return {"error": "no such model"}')) as worker:
        with pytest.raises(WorkerError, match="^no such model$"):
            worker.ask("load")
        assert worker.ask("ready") == {}


def test_a_worker_that_ends_says_how():
    with Worker(program("os._exit(3)")) as worker:
        with pytest.raises(WorkerError, match="ended with exit status 3"):
            worker.ask("run", times=1)
        with pytest.raises(WorkerError, match="ended with exit status 3"):
            worker.ask("run", times=1)


def test_a_worker_that_does_not_answer_is_given_up(monkeypatch):
    monkeypatch.setattr(Worker, "ANSWER_SECONDS", 0.01)
    with Worker(program("sys.stdin.read()")) as worker:
        with pytest.raises(WorkerError, match="did not answer"):
            worker.ask("run", times=1)


def test_a_worker_gets_the_environment_of_its_engine():
    with Worker(program('return {"threads": os.environ["OMP_NUM_THREADS"]}'), {"OMP_NUM_THREADS": "2"}) as worker:
        assert worker.ask("ready") == {"threads": "2"}


def test_memory_is_what_the_process_has_and_its_peak_is_no_less():
    assert 0 < machine.memory(os.getpid()) <= machine.peak_memory(os.getpid())


def test_the_cpu_time_of_a_process_counts_all_of_its_threads():
    used, done, counted = [], threading.Event(), threading.Event()

    def compute():
        sum(range(10**7))
        used.append(time.thread_time())
        done.set()
        counted.wait()  # A thread that has ended does not count.

    before = machine.cpu_seconds(os.getpid())
    thread = threading.Thread(target=compute)
    thread.start()
    done.wait()
    after = machine.cpu_seconds(os.getpid())
    counted.set()
    thread.join()
    assert after - before > used[0] / 2


class Files:
    """Stands for artifacts.Artifacts."""

    def __init__(self, folder):
        self._folder = folder

    def input(self, batch):
        return self._folder / f"input_{batch}"


FACTS = {"input": [3, 4], "multiply_adds": 100, "weight_bytes": 64}
SETTINGS = measure.Settings(rounds=3, turn_seconds=4e-6)


def measured(monkeypatch, tmp_path, **programs):
    """A case with these programs as its engines."""
    engines = [Engine(name, lambda places, command=command: command, lambda files: "a model", name)
               for name, command in programs.items()]
    monkeypatch.setattr(measure, "ENGINES", engines)
    monkeypatch.setattr(measure, "program", lambda places, name: tmp_path / "peak")
    (tmp_path / "peak").write_text(f"#!{sys.executable}\n" + program()[2])
    (tmp_path / "peak").chmod(0o755)
    case = measure.Case("mlp", batch=8, threads=2)
    return measure.measure(case, Files(tmp_path), FACTS, measure_places(tmp_path), SETTINGS)


def measure_places(folder):
    from comparison.engines import Places

    return Places(build=folder, node_modules=folder)


def test_every_engine_takes_a_turn_in_every_round(monkeypatch, tmp_path):
    record = measured(monkeypatch, tmp_path, moduled=program(), torch=program())
    assert record["multiply_adds"] == 800 and record["weight_bytes"] == 64
    assert record["peak_gflops"] == [20, 20, 20]
    for engine in record["engines"].values():
        # Five trial runs of 1 to 5 us have a median of 3: one of them makes a turn of 4 us.
        assert engine["nanoseconds"] == [[1000]] * 3
        assert len(engine["other_cpus"]) == 3
        assert len(engine["cpu_nanoseconds"]) == 3 and all(time > 0 for time in engine["cpu_nanoseconds"])
        assert 0 < engine["empty_bytes"] <= engine["peak_bytes"]


def test_outputs_are_held_against_the_reference(monkeypatch, tmp_path):
    record = measured(monkeypatch, tmp_path, moduled=program(output=[1.0, -3.0]), torch=program(output=[1.0, -4.0]))
    assert record["engines"]["moduled"]["deviation"] == 0.25
    assert record["engines"]["torch"]["deviation"] == 0


def test_an_engine_that_fails_leaves_the_others_be(monkeypatch, tmp_path):
    failing = program('if do == "load": return {"error": "no such operator"}')
    record = measured(monkeypatch, tmp_path, moduled=failing, torch=program())
    assert record["engines"]["moduled"]["error"] == "no such operator"
    assert record["engines"]["moduled"]["nanoseconds"] == []
    assert record["engines"]["torch"]["nanoseconds"] == [[1000]] * 3


def test_outputs_of_different_sizes_are_not_compared():
    with pytest.raises(ValueError, match="an output has 2 elements, and the reference has 3"):
        measure.deviation(np.zeros(2), np.zeros(3))


def test_everything_is_measured_unless_less_is_asked_for():
    chosen = options.parse([])
    assert len(chosen.models) == 10 and chosen.batches == [1, 8] and chosen.threads == [1, 2]
    assert chosen.settings == measure.Settings()


def test_quick_measures_less_and_gives_way_to_what_is_named():
    chosen = options.parse(["--quick", "--batches", "1,4", "--precision", "exact", "--spin", "own"])
    assert chosen.models == ["mlp", "resnet18"] and chosen.batches == [1, 4] and chosen.threads == [1]
    assert (chosen.settings.rounds, chosen.settings.precision, chosen.settings.spin) == (3, "exact", "own")


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["--models", "resnet81"], "no model named 'resnet81' (have: mlp, lenet, resnet18,"),
        (["--threads", "0"], "got '0', want a count"),
        (["--json", "no/such/folder/file"], "there is no folder 'no/such/folder'"),
        (["--plot", "plot.gif"], "want a name that ends in .png or .svg"),
    ],
)
def test_bad_options_are_refused_before_anything_is_measured(arguments, complaint, capsys):
    with pytest.raises(SystemExit):
        options.parse(arguments)
    assert complaint in capsys.readouterr().err
