"""/metrics as Prometheus reads it, and the two probes beside it."""

import concurrent.futures
import os
import re
import signal
import socket
import urllib.request

import pytest
import servers
import torch
from http_client import Http, address_of

import moduled

SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\.)*)"')


def samples(http):
    """{(name, labels): value}; fails for whatever is not the text format."""
    answer = http("/metrics")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found, types = {}, {}
    for line in answer.body.decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in types, "a family comes once"
            types[name] = kind
        elif not line.startswith("#"):
            name, labels, value = SAMPLE.match(line).groups()
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            assert name in types or types.get(base) == "histogram", line
            found[name, frozenset(LABEL.findall(labels or ""))] = float(value)
    return found


def value(http, name, **labels):
    return samples(http).get((name, frozenset(labels.items())), 0.0)


def infer(http, model="net", rows=2):
    data = [0.0] * (3 * rows)
    return http(f"/v2/models/{model}/infer",
                {"inputs": [{"name": "x", "shape": [rows, 3], "datatype": "FP32", "data": data}]})


def test_calls_are_counted_by_their_end(http):
    labels = {"model": "net", "version": "1", "kind": "forward"}
    good, bad = value(http, "moduled_requests_total", code="OK", **labels), value(
        http, "moduled_requests_total", code="INVALID_ARGUMENT", **labels)
    assert infer(http).status == 200
    assert http("/v2/models/net/infer", {"inputs": [
        {"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [0] * 4}]}).status == 400
    assert value(http, "moduled_requests_total", code="OK", **labels) == good + 1
    assert value(http, "moduled_requests_total", code="INVALID_ARGUMENT", **labels) == bad + 1


def test_times_and_bytes_are_of_the_model(http):
    labels = {"model": "net", "version": "1"}
    names = ["moduled_compute_duration_seconds_count", "moduled_queue_duration_seconds_count",
             "moduled_executions_total", "moduled_rows_total", "moduled_batch_rows_count"]
    before = [value(http, name, **labels) for name in names]
    bytes_before = value(http, "moduled_input_bytes_total", **labels)
    infer(http, rows=5)
    assert [value(http, name, **labels) for name in names] == [count + 1 for count in before]
    assert value(http, "moduled_input_bytes_total", **labels) == bytes_before + 5 * 3 * 4


def test_names_that_are_made_up_make_no_series(http):
    infer(http, "made_up_0")
    series = len(samples(http))
    for i in range(1, 50):
        assert infer(http, f"made_up_{i}").status == 404
    assert len(samples(http)) == series
    assert value(http, "moduled_requests_total", model="", version="", kind="forward", code="NOT_FOUND") >= 50


def test_what_the_process_and_the_server_are(http):
    found = {name for name, _ in samples(http)}
    assert {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "moduled_build_info",
            "moduled_models", "moduled_queued_requests", "moduled_subscriptions",
            "moduled_hook_events_dropped_total"} <= found
    assert value(http, "moduled_models", state="READY") == 1
    assert value(http, "moduled_ready") == 1
    assert 1e6 < value(http, "process_resident_memory_bytes") < 1e11


def test_series_go_with_their_model(server, http):
    infer(http)
    assert any(("model", "net") in labels for _, labels in samples(http))
    http("/v2/repository/models/net/unload", {})
    assert not any(("model", "net") in labels for _, labels in samples(http))
    http("/v2/repository/models/net/load", {})


@pytest.fixture
def busy(tmp_path):
    """A server whose only compute thread has more to do than it can."""
    torch.manual_seed(0)
    wide = torch.nn.Sequential(*(torch.nn.Linear(1024, 1024) for _ in range(8))).eval()
    moduled.export(wide, tmp_path, name="wide", example_inputs=(torch.zeros(256, 1024),))
    with servers.serving(tmp_path, "--http", "127.0.0.1:0", "--compute-threads", "1") as server:
        yield server


def test_health_answers_while_everything_computes(busy):
    http = Http(address_of(busy))
    body = {"inputs": [{"name": "input", "shape": [1, 1024], "datatype": "FP32", "data": [0.0] * 1024}]}
    name = http("/v2/models/wide").json["inputs"][0]["name"]
    body["inputs"][0]["name"] = name
    with concurrent.futures.ThreadPoolExecutor(96) as pool:
        calls = [pool.submit(http, "/v2/models/wide/infer", body) for _ in range(96)]
        probes = [http(path).status for path in ("/livez", "/readyz", "/metrics") * 5]
        answers = [call.result().status for call in calls]
    assert probes == [200] * 15
    assert set(answers) <= {200, 429, 503} and 200 in answers


def test_a_connection_that_says_nothing_keeps_nobody_waiting(server, http):
    host, port = address_of(server).split(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(50)]
    try:
        for connection in silent:
            connection.sendall(b"GET /livez HTT")
        assert http("/livez").status == 200
    finally:
        for connection in silent:
            connection.close()


def test_an_http_port_in_use_is_said_in_one_line(server, tmp_path):
    ended = servers.failing(tmp_path, "--http", address_of(server))
    assert ended.returncode != 0
    assert ended.stderr.splitlines()[-1].startswith(f"moduled: cannot listen on {address_of(server)}")


def test_there_is_no_port_unless_it_is_wanted(tmp_path):
    with servers.serving(tmp_path, "--http", "") as server:
        assert not any("HTTP" in line for line in server.output)
    with servers.serving(tmp_path, "--http", "127.0.0.1:0") as server:
        with urllib.request.urlopen(f"http://{address_of(server)}/readyz", timeout=10) as reply:
            assert reply.status == 200


def test_a_server_that_drains_is_alive_and_measured_but_not_ready(tmp_path):
    hour = "3600"  # It ends by the second signal, not by the clock.
    with servers.serving(tmp_path, "--http", "127.0.0.1:0", "--drain-delay", hour) as server:
        http = Http(address_of(server))
        assert http("/readyz").status == 200
        said = len(server.output)
        os.kill(server.pid, signal.SIGTERM)
        server.wait_for_output(said)
        while http("/readyz").status == 200:  # It says so just before it does so.
            pass
        assert http("/readyz").status == 503 and http("/v2/health/ready").status == 503
        assert http("/livez").status == 200
        assert value(http, "moduled_ready") == 0
        assert server.terminate() == 128 + signal.SIGTERM
