"""modulectl bench against a real server: it measures, says what failed, and ends when it is told to."""

import csv
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import xml.etree.ElementTree

import pytest
import servers

MODULECTL = pathlib.Path(
    os.environ.get("MODULECTL_BINARY", servers.REPOSITORY / "build/release/client/modulectl/modulectl")
)
MODEL = servers.MODELS / "fashion_mnist"
PICTURES = sorted((MODEL / "pictures").glob("*.png"))
# Windows so short and so unlike each other's that stable results are luck: what is tested is not the machine.
SHORT = ["--measurement-mode", "count", "--measurement-request-count", "100", "--warmup", "100", "--max-trials", "3"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    shutil.copytree(MODEL, models / "fashion_mnist")
    with servers.serving(models) as running:
        yield running


@pytest.fixture
def bench(server):
    def run(*words, code=0):
        command = [MODULECTL, "--server", server.address, "bench", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stderr
        return done.stderr if code else done.stdout

    return run


def test_a_sweep_measures_each_concurrency(bench):
    result = json.loads(bench("fashion_mnist", "--concurrency-range", "1:9:4", "--json", *SHORT))
    assert [level["concurrency"] for level in result["levels"]] == [1, 5, 9]
    for level in result["levels"]:
        # Three windows of calls with one picture each.
        assert level["requests"] == 300 and level["errors"] == {} and level["delayed"] == 0
        assert level["infer_per_second"] == pytest.approx(level["requests"] / level["seconds"])
        latency = level["latency_us"]
        assert 0 < latency["p50"] <= latency["p90"] <= latency["p95"] <= latency["p99"]
        # Little's law: as many calls are under way as were asked for.
        under_way = level["requests"] / level["seconds"] * latency["mean"] * 1e-6
        assert under_way == pytest.approx(level["concurrency"], rel=0.5)


def test_a_request_rate_is_kept(bench):
    result = json.loads(
        bench("fashion_mnist", "--request-rate-range", "100", "--request-distribution", "poisson", "--json",
              "--measurement-interval", "500", "--max-trials", "3")
    )
    (level,) = result["levels"]
    assert level["request_rate"] == 100
    # 150 arrivals on average, with a deviation of 12.
    assert 100 < level["requests"] < 200
    assert level["errors"] == {}


def test_outstanding_calls_are_bounded_and_the_others_counted_as_delayed(bench):
    result = json.loads(
        bench("fashion_mnist", "--request-rate-range", "1000000", "--max-outstanding", "4", "--json", *SHORT)
    )
    (level,) = result["levels"]
    assert level["delayed"] > 0
    assert level["requests"] / level["seconds"] * level["latency_us"]["mean"] * 1e-6 < 6


def test_batches_count_as_inferences_and_files_are_inputs(bench):
    result = json.loads(bench("fashion_mnist", "-b", "8", "--json", *SHORT))
    level = result["levels"][0]
    assert result["batch_size"] == 8
    assert level["infer_per_second"] == pytest.approx(8 * level["requests"] / level["seconds"])
    assert json.loads(bench("fashion_mnist", *PICTURES[:3], "--json", *SHORT))["batch_size"] == 1
    assert json.loads(bench("fashion_mnist", "--input", "2x1x28x28", "--json", *SHORT))["batch_size"] == 2
    bench("fashion_mnist", "--input-data", "zero", "--hook", "**", *SHORT)


def test_the_open_inference_protocol_is_another_way_in(bench):
    words = ["fashion_mnist", "--protocol", "oip", "-b", "4", "--json", *SHORT]
    plain, watched = json.loads(bench(*words)), json.loads(bench(*words, "--hook", "**"))
    for result in (plain, watched):
        (level,) = result["levels"]
        assert result["batch_size"] == 4 and level["requests"] == 300 and level["errors"] == {}
    assert "NOT_FOUND" in bench(*words, "--hook", "no_such_module", code=4)
    assert "NOT_FOUND" in bench("no_such_model", "--protocol", "oip", code=4)


@pytest.mark.parametrize("protocol", ["forward", "oip"])
def test_the_server_says_where_the_time_went(bench, protocol):
    (level,) = json.loads(bench("fashion_mnist", "--protocol", protocol, "--json", *SHORT))["levels"]
    # The warm-up's calls, too.
    assert level["server"]["requests"] >= level["requests"]
    assert 0 < level["server"]["runs"] <= level["server"]["requests"]
    assert 0 < level["server"]["compute_us"] < level["latency_us"]["mean"] * 2


def test_a_search_finds_a_load_below_the_threshold(bench):
    words = ["fashion_mnist", "--concurrency-range", "1:8", "--binary-search", "--percentile", "50", "--json", *SHORT]
    generous = json.loads(bench(*words, "--latency-threshold", "60000"))
    assert generous["best"] == 8 and len(generous["levels"]) == 2
    impossible = json.loads(bench(*words, "--latency-threshold", "0.000001"))
    assert impossible["best"] is None and len(impossible["levels"]) == 1


def test_results_go_to_a_table_a_csv_file_and_a_plot(bench, tmp_path):
    table = bench("fashion_mnist", "--concurrency-range", "1:2", "-f", tmp_path / "a.csv", "--plot", tmp_path / "a.svg",
                  *SHORT)
    rows = list(csv.DictReader((tmp_path / "a.csv").open()))
    assert [row["Concurrency"] for row in rows] == ["1", "2"]
    assert all(row["Inferences/Second"] in table and float(row["p99 latency"]) > 0 for row in rows)
    assert len(xml.etree.ElementTree.parse(tmp_path / "a.svg").findall(".//{*}circle")) == 8


def test_calls_that_fail_are_counted_by_code(tmp_path):
    shutil.copytree(MODEL, tmp_path / "fashion_mnist")
    with servers.serving(tmp_path, "--max-queue", "1") as server:
        done = subprocess.run(
            [MODULECTL, "--server", server.address, "bench", "fashion_mnist", "-b", "64", "--concurrency-range", "32",
             "--json", "--measurement-mode", "count", "--measurement-request-count", "2000", "--max-trials", "1"],
            capture_output=True, text=True, timeout=120,
        )
    (level,) = json.loads(done.stdout)["levels"]
    assert done.returncode == 0, "some calls succeeded"
    assert set(level["errors"]) == {"RESOURCE_EXHAUSTED"} and level["errors"]["RESOURCE_EXHAUSTED"] > 0
    assert level["requests"] + level["errors"]["RESOURCE_EXHAUSTED"] >= 2000


def test_a_call_that_the_model_refuses_is_said_at_once(bench):
    assert "NOT_FOUND" in bench("no_such_model", code=4)
    assert "INVALID_ARGUMENT" in bench("fashion_mnist", "--input", "1x3x28x28", code=5)


@pytest.mark.parametrize(
    "words, complaint",
    [
        (["--concurrency-range", "4:1"], "0 < START <= END"),
        (["--concurrency-range", "1.5"], "whole numbers"),
        (["--binary-search"], "needs --latency-threshold"),
        (["--protocol", "oip", "--hook", "**", "--kind", "forward_pre"], "--kind"),
        (["--plot", "a.png"], "ends in .svg"),
        (["-b", "2", "--input", "1x1x28x28"], "--batch-size"),
    ],
)
def test_flags_that_make_no_sense_are_refused(bench, words, complaint):
    assert complaint in bench("fashion_mnist", *words, code=5)


def test_an_interrupt_ends_it_with_what_was_measured(server):
    command = [MODULECTL, "--server", server.address, "--json", "bench", "fashion_mnist", "--concurrency-range", "1:64",
               "--warmup", "0", "--measurement-mode", "count", "--measurement-request-count", "50", "--max-trials", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert re.match(r"Concurrency 1: [\d.]+ infer/sec", first)
    result = json.loads(output)
    assert process.returncode == 0
    assert result["interrupted"] is True
    assert 1 <= len(result["levels"]) < 64
