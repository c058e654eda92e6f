"""What a server logs of its requests, and what it does when nobody takes its log."""

import json
import subprocess

import pytest
import servers
from http_client import Http, address_of

MODULE = """
relu {}
"""


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "models/net/1"
    folder.mkdir(parents=True)
    (folder / "module.pbtxt").write_text(MODULE + 'signature { inputs { name: "x" dtype: FLOAT32 shape: [-1, 2] } '
                                         'outputs { name: "y" dtype: FLOAT32 shape: [-1, 2] } }')
    return tmp_path / "models"


def infer(server, model="net", headers=None, request_id="seven"):
    body = {"id": request_id, "inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "data": [1.0, -1.0]}]}
    return Http(address_of(server))(f"/v2/models/{model}/infer", body, headers)


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_requests_are_lines_that_machines_can_read(repository):
    with servers.serving(repository, "--http", "127.0.0.1:0", "--log-format", "json", "--log-requests") as server:
        assert infer(server, headers={"traceparent": TRACE}).status == 200
        evil = "a\nb\x1b[31m"
        assert infer(server, request_id=evil).status == 200
        assert infer(server, "other").status == 404
    lines = [json.loads(line) for line in server.output if line.startswith("{")]
    requests = [line for line in lines if line["message"] == "request"]
    assert [line["code"] for line in requests] == ["OK", "OK", "NOT_FOUND"]
    assert requests[0]["request_id"] == "seven" and requests[0]["model"] == "net" and requests[0]["version"] == "1"
    assert requests[0]["trace_id"] == TRACE.split("-")[1] and float(requests[0]["total_ms"]) > 0
    assert requests[1]["request_id"] == evil and "trace_id" not in requests[1]
    assert "not loaded" in requests[2]["error"]


def test_a_client_cannot_forge_a_line(repository):
    with servers.serving(repository, "--http", "127.0.0.1:0", "--log-requests") as server:
        infer(server, request_id="x\n2026-01-01T00:00:00.000+00:00 error forged\x1b[2J")
        assert infer(server, "net%0aforged").status == 400
    log = "".join(server.output)
    assert "\nforged" not in log and "\x1b" not in log
    assert sum("forged" in line for line in server.output) == 1


def test_a_log_that_cannot_be_written_stops_nothing(repository):
    with open("/dev/full", "w") as full:
        process = subprocess.Popen(
            servers.command(repository, "--http", "127.0.0.1:0", "--log-requests"), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=full, text=True)
        try:
            lines = [process.stdout.readline() for _ in range(2)]
            server = type("Server", (), {"output": lines})
            for _ in range(3):
                assert infer(server).status == 200
        finally:
            process.terminate()
        assert process.wait(60) == 0
        process.stdout.close()
