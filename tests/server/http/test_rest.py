"""The Open Inference Protocol over HTTP, through a real server, held against torch."""

import json

import numpy
import pytest


def infer(http, inputs, path="/v2/models/net/infer", **rest):
    return http(path, {"inputs": inputs, **rest})


def tensor(x, **changes):
    return {"name": "x", "shape": list(x.shape), "datatype": "FP32", "data": x.tolist(), **changes}


def output_of(answer, name="output"):
    assert answer.status == 200, answer.body
    found = next(output for output in answer.json["outputs"] if output["name"] == name)
    return numpy.array(found["data"], dtype=numpy.float32).reshape(found["shape"])


def test_what_the_server_is(http):
    server = http("/v2").json
    assert server["name"] == "moduled" and "binary_tensor_data" in server["extensions"]
    assert http("/v2/health/live").status == http("/v2/health/ready").status == 200


def test_what_a_model_takes_and_returns(http):
    model = http("/v2/models/net").json
    assert model["versions"] == ["1"]
    assert model["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 3]}]
    assert model["outputs"] == [{"name": "output", "datatype": "FP32", "shape": [-1, 2]}]
    assert http("/v2/models/net/versions/1").json == model
    assert http("/v2/models/net/config").json["input"][0]["data_type"] == "TYPE_FP32"
    assert http("/v2/models/net/ready").status == 200
    assert http("/v2/models/other/ready").status == 503


def test_inference_is_torchs(http, x, want):
    answer = infer(http, [tensor(x)], id="seven")
    assert answer.json["id"] == "seven" and answer.json["model_version"] == "1"
    numpy.testing.assert_allclose(output_of(answer), want, rtol=1e-5)


def test_data_may_be_flat(http, x, want):
    numpy.testing.assert_allclose(output_of(infer(http, [tensor(x, data=x.ravel().tolist())])), want, rtol=1e-5)


def test_hooks_come_back_as_outputs(http, net, x, want):
    answer = infer(http, [tensor(x)], parameters={"hooks": "fc"})
    numpy.testing.assert_allclose(output_of(answer), want, rtol=1e-5)
    seen = output_of(answer, "fc")
    numpy.testing.assert_allclose(seen, x @ net.fc.weight.detach().numpy().T + net.fc.bias.detach().numpy(), rtol=1e-5)
    assert next(o for o in answer.json["outputs"] if o["name"] == "fc")["parameters"] == {"hook": True}


def binary(http, x, *, outputs=None, size=None, extra=b"", **parameters):
    header = {
        "inputs": [{
            "name": "x", "shape": list(x.shape), "datatype": "FP32",
            "parameters": {"binary_data_size": x.nbytes if size is None else size},
        }],
        "parameters": parameters,
    }
    if outputs is not None:
        header["outputs"] = outputs
    text = json.dumps(header).encode()
    return http("/v2/models/net/infer", text + x.tobytes() + extra,
                {"Inference-Header-Content-Length": str(len(text)), "Content-Type": "application/octet-stream"})


def test_elements_may_be_bytes_behind_the_json(http, x, want):
    numpy.testing.assert_allclose(output_of(binary(http, x)), want, rtol=1e-5)


@pytest.mark.parametrize("asked", [
    {"binary_data_output": True}, {"outputs": [{"name": "output", "parameters": {"binary_data": True}}]}])
def test_and_so_may_those_of_outputs(http, x, want, asked):
    answer = binary(http, x, **asked)
    assert answer.status == 200, answer.body
    length = int(answer.headers["Inference-Header-Content-Length"])
    output = json.loads(answer.body[:length])["outputs"][0]
    assert "data" not in output and output["parameters"]["binary_data_size"] == want.nbytes
    numpy.testing.assert_allclose(numpy.frombuffer(answer.body[length:], "<f4").reshape(2, 2), want, rtol=1e-5)


def test_bytes_that_do_not_add_up(http, x):
    assert "wrong number of bytes" in binary(http, x, size=23).json["error"]
    assert "1 bytes are left over" in binary(http, x, extra=b"!").json["error"]
    answer = http("/v2/models/net/infer", b"{}", {"Inference-Header-Content-Length": "9999"})
    assert answer.status == 400 and "Inference-Header-Content-Length" in answer.json["error"]


@pytest.mark.parametrize("changes, field", [
    ({"shape": [-1, 3]}, "inputs[0].shape"),
    ({"shape": [2**62, 2**62]}, "inputs[0].shape"),
    ({"shape": [2**64, 1]}, "inputs[0].shape"),
    ({"shape": [1] * 100_000}, "inputs[0].shape"),
    ({"shape": "2, 3"}, "inputs[0].shape"),
    ({"datatype": "fp32"}, "inputs[0].datatype"),
    ({"datatype": "BYTES"}, "inputs[0].datatype"),
    ({"datatype": None}, "inputs[0].datatype"),
    ({"data": [1.0] * 5}, "inputs[0].data"),
    ({"data": [1.0] * 7}, "inputs[0].data"),
    ({"data": ["1"] * 6}, "inputs[0].data"),
    ({"data": [1e39] * 6}, "inputs[0].data"),
    ({"data": None}, "inputs[0].data"),
    ({"datatype": "INT8", "data": [300] * 6}, "inputs[0].data"),
    ({"datatype": "INT32", "data": [1.5] * 6}, "inputs[0].data"),
    ({"name": "y"}, "inputs[0].name"),
    ({"parameters": {"shared_memory_region": "r"}}, "inputs[0].parameters"),
])
def test_a_wrong_input_is_named(http, x, changes, field):
    answer = infer(http, [tensor(x, **changes)])
    assert answer.status in (400, 501)
    assert field in answer.json["error"]


def test_inputs_come_once_and_all_of_them(http, x):
    assert "there twice" in infer(http, [tensor(x), tensor(x)]).json["error"]
    assert '"x" is missing' in infer(http, []).json["error"]
    assert infer(http, [tensor(x)], outputs=[{"name": "nope"}]).json["error"].startswith("outputs[0].name: unknown")


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"inputs":' * 1000])
def test_a_body_that_is_no_request(http, body):
    answer = http("/v2/models/net/infer", body)
    assert answer.status == 400 and "error" in answer.json


@pytest.mark.parametrize("name, status", [
    ("other", 404), ("..", 400), ("%2e%2e%2fnet", 404), ("net%00", 400), ("a" * 7000, 400), ("net%0aforged", 400)])
def test_names_of_no_model(http, x, name, status):
    assert infer(http, [tensor(x)], path=f"/v2/models/{name}/infer").status == status


@pytest.mark.parametrize("version, status", [("2", 404), ("0", 400), ("01", 400), ("-1", 400), ("9" * 30, 400)])
def test_versions_that_are_none(http, x, version, status):
    assert infer(http, [tensor(x)], path=f"/v2/models/net/versions/{version}/infer").status == status


def test_a_body_that_is_too_large_is_refused(http):
    answer = http("/v2/models/net/infer", b" " * (3 << 20))
    assert answer.status == 413


def test_the_repository(http):
    assert http("/v2/repository/index", method="POST").json == [{"name": "net", "version": "1", "state": "READY"}]
    assert http("/v2/repository/models/net/unload", {}).status == 200
    assert http("/v2/models/net").status == 404
    assert http("/v2/repository/models/net/load", {}).status == 200
    assert http("/v2/models/net").status == 200
    assert http("/v2/repository/models/other/load", {}).status == 404


def test_the_log_level_is_read_and_set(http):
    assert http("/v2/logging", {"log_level": "debug"}).json == {"log_level": "debug"}
    assert http("/v2/logging").json == {"log_level": "debug"}
    assert http("/v2/logging", {"log_level": "loud"}).status == 400
    assert http("/v2/logging", {"log_level": "info"}).status == 200


def test_statistics_count_what_was_answered(http, x):
    before = http("/v2/models/net/stats").json["model_stats"]
    count = before[0]["inference_count"] if before else 0
    infer(http, [tensor(x)])
    after = http("/v2/models/net/stats").json["model_stats"][0]
    assert after["inference_count"] == count + 1
    assert after["inference_stats"]["compute_infer"]["ns"] > 0
