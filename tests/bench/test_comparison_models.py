"""The models of tests/bench/compare, how their work is counted, and that this engine agrees with PyTorch on them."""
import os
import pathlib

import moduled
import numpy as np
import pytest
import torch
from comparison import counting, measure, networks
from comparison.worker import Worker, WorkerError
from torch import nn

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# As tests/bench/compare has it: another build's programs are tested with MODULED_BUILD.
WORKERS = pathlib.Path(os.environ.get("MODULED_BUILD", REPOSITORY / "build/release")) / "tests/bench/comparison/workers"
# One of each kind of work, and none that takes long.
SMALL = ["mlp", "lenet", "mobilenet_v2", "lstm", "transformer"]


@pytest.fixture(scope="module", params=SMALL)
def built(request):
    return request.param, networks.build(request.param)


def test_a_model_is_the_same_at_each_build(built):
    name, module = built
    again = networks.build(name).state_dict()
    assert all(torch.equal(tensor, again[key]) for key, tensor in module.state_dict().items())


def test_a_model_s_activations_are_of_ordinary_size(built):
    name, module = built
    with torch.inference_mode():
        output = module(networks.example(name, 2))
    assert not module.training
    assert output.isfinite().all() and 1e-3 < output.std() < 1e3


def test_a_zero_head_is_filled():
    layer = nn.Linear(8, 4)
    nn.init.zeros_(layer.weight)
    networks._fill_zero_heads(nn.Sequential(layer))
    assert layer.weight.all()


@pytest.mark.parametrize(
    "module, shape, expected",
    [
        (nn.Linear(20, 30), (7, 20), 7 * 20 * 30),
        (nn.Linear(20, 30, bias=False), (2, 7, 20), 2 * 7 * 20 * 30),
        # 6 by 6 outputs, each of which sees 5 by 5 of the 2 channels of its group.
        (nn.Conv2d(4, 6, 5, groups=2), (1, 4, 10, 10), 6 * 6 * 6 * 2 * 5 * 5),
        # Four gates from 10 inputs and 8 states, for 3 steps.
        (nn.LSTM(10, 8, batch_first=True), (1, 3, 10), 3 * 4 * 8 * (10 + 8)),
        # Four projections, and two products between all pairs of 5 tokens.
        (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (1, 5, 8), 5 * 8 * (4 * 8 + 2 * 16) + 2 * 5 * 5 * 8),
    ],
)
def test_multiply_adds_are_those_of_products_and_convolutions(module, shape, expected):
    assert counting.multiply_adds(module.eval(), torch.randn(shape)) == expected


@pytest.mark.parametrize("precision, tolerance", [("exact", 1e-5), ("default", 1e-3)])
@pytest.mark.parametrize("threads", [1, 2])
def test_the_engine_agrees_with_pytorch(built, tmp_path, precision, tolerance, threads):
    name, module = built
    x = networks.example(name, 3)
    x.numpy().tofile(tmp_path / "input")
    version = moduled.export(module, tmp_path, name="model", example_inputs=(x,))
    with Worker([WORKERS / "compare_engine"]) as worker:
        worker.ask("load", model=str(version), input=str(tmp_path / "input"), shape=list(x.shape), threads=threads,
                   precision=precision)
        worker.ask("save", path=str(tmp_path / "output"))
    with torch.inference_mode():
        expected = module(x).numpy().ravel()
    assert measure.deviation(np.fromfile(tmp_path / "output", "<f4"), expected) < tolerance


def test_the_engine_s_worker_times_as_many_runs_as_it_is_asked_for(tmp_path):
    x = networks.example("lenet", 1)
    x.numpy().tofile(tmp_path / "input")
    version = moduled.export(networks.build("lenet"), tmp_path, name="model", example_inputs=(x,))
    with Worker([WORKERS / "compare_engine"]) as worker:
        worker.ask("load", model=str(version), input=str(tmp_path / "input"), shape=list(x.shape), threads=1,
                   precision="default")
        times = worker.ask("run", warm=1, times=4)["nanoseconds"]
    assert len(times) == 4 and all(time > 0 for time in times)


def test_the_engine_s_worker_says_what_it_cannot_do(tmp_path):
    load = {"model": str(tmp_path), "input": "input", "shape": [1], "threads": 1, "precision": "default"}
    with Worker([WORKERS / "compare_engine"]) as worker:
        with pytest.raises(WorkerError, match="no model is loaded"):
            worker.ask("run", warm=0, times=1)
        with pytest.raises(WorkerError, match="NOT_FOUND"):
            worker.ask("load", **load)
        with pytest.raises(WorkerError, match="precision: got 'double', want exact, default or fast"):
            worker.ask("load", **{**load, "precision": "double"})
        with pytest.raises(WorkerError, match="key 'threads' not found"):
            worker.ask("load", model="a")
        with pytest.raises(WorkerError, match="cannot do 'dance'"):
            worker.ask("dance")


def test_the_machine_s_peak_is_that_of_as_many_threads_as_asked_for():
    with Worker([WORKERS / "compare_peak"]) as worker:
        assert worker.ask("peak", threads=2, seconds=0.001)["gflops"] > 0
        with pytest.raises(WorkerError, match="threads: got 0, want at least 1"):
            worker.ask("peak", threads=0, seconds=0.001)
