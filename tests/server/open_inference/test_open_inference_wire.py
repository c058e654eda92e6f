"""The bytes of the Open Inference Protocol, written and read by hand: what the numbers are in the published
definitions, whatever our .proto says."""
import struct

import numpy as np
import oip
import pytest

IDS = np.array([[1, 2, 3, 9]], np.int64)


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def text(number, value):
    """A field with a length: texts, bytes, messages, packed numbers."""
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def number(field, value):
    return varint(field << 3) + varint(value)


def fields(data):
    """[(number, value)] of a message: ints for varints, bytes for what has a length."""

    def read(at):
        value = shift = 0
        while True:
            value |= (data[at] & 127) << shift
            shift += 7
            at += 1
            if data[at - 1] < 128:
                return value, at

    found, at = [], 0
    while at < len(data):
        key, at = read(at)
        assert key & 7 in (0, 2), "no other wire types are in these answers"
        value, at = read(at)
        if key & 7 == 2:
            value, at = data[at : at + value], at + value
        found.append((key >> 3, value))
    return found


def every(data, number):
    return [value for field, value in fields(data) if field == number]


def one(data, number):
    values = every(data, number)
    assert len(values) == 1
    return values[0]


# name = 1, datatype = 2, shape = 3; the model's name = 1, version = 2, id = 3, inputs = 5, outputs = 6, raw = 7.
PORT_IDS = text(1, "ids") + text(2, "INT64") + text(3, b"\x01\x04")
PORT_SCALE = text(1, "scale") + text(2, "FP32") + text(3, b"\x01\x01\x01")
RAW = text(7, IDS.tobytes()) + text(7, struct.pack("<f", 2))
HEAD = text(1, "text") + text(2, "1") + text(3, "me")


@pytest.fixture
def want(client):
    answer = client.infer("text", {"ids": IDS, "scale": np.full((1, 1, 1), 2, np.float32)})
    return list(answer.raw_output_contents), [output.name.encode() for output in answer.outputs]


def test_an_inference_with_raw_contents(client, want):
    answer = client.raw("ModelInfer", HEAD + text(5, PORT_IDS) + text(5, PORT_SCALE) + RAW)
    assert (one(answer, 1), one(answer, 2), one(answer, 3)) == (b"text", b"1", b"me")
    assert every(answer, 6) == want[0], "raw_output_contents = 6"
    outputs = every(answer, 5)
    assert [one(output, 1) for output in outputs] == want[1]
    assert [one(output, 2) for output in outputs] == [b"FP32", b"FP32"]
    assert [one(output, 3) for output in outputs] == [b"\x01\x04\x03", b"\x01\x04\x02"]
    assert {field for output in outputs for field, _ in fields(output)} == {1, 2, 3}, "no contents"


def test_fields_may_come_in_any_order(client, want):
    answer = client.raw("ModelInfer", RAW + text(5, PORT_IDS) + text(3, "x") + text(5, PORT_SCALE) + text(1, "text"))
    assert every(answer, 6) == want[0]


def test_an_inference_with_typed_contents(client, want):
    # contents = 5: int64_contents = 3, packed and one by one; fp32_contents = 6.
    for ids in (text(3, b"\x01\x02\x03\x09"), b"".join(number(3, each) for each in (1, 2, 3, 9))):
        inputs = text(5, PORT_IDS + text(5, ids)) + text(5, PORT_SCALE + text(5, text(6, struct.pack("<f", 2))))
        assert every(client.raw("ModelInfer", HEAD + inputs), 6) == want[0]


def test_parameters_and_outputs_that_are_asked_for(client, want):
    # parameters = 4: a map of key = 1, value = 2; string_param = 3, int64_param = 2, uint64_param = 5.
    hooks = text(4, text(1, "hooks") + text(2, text(3, "fc")))
    seed = text(4, text(1, "seed") + text(2, number(5, 7)))
    timeout = text(4, text(1, "timeout") + text(2, number(2, 10_000_000)))
    asked = text(6, text(1, want[1][1]))
    inputs = text(5, PORT_IDS) + text(5, PORT_SCALE)
    answer = client.raw("ModelInfer", HEAD + hooks + seed + timeout + inputs + asked + RAW)
    outputs = every(answer, 5)
    assert [one(output, 1) for output in outputs] == [want[1][1], b"fc", b"fc#1"]
    assert every(answer, 6)[0] == want[0][1]
    assert every(outputs[0], 4) == []
    assert one(outputs[1], 4) == text(1, "hook") + text(2, number(1, 1)), "bool_param = 1"


def test_what_the_server_and_a_model_are(client):
    assert client.raw("ServerLive", b"") == number(1, 1)
    assert client.raw("ServerReady", b"") == number(1, 1)
    assert client.raw("ModelReady", text(1, "text") + text(2, "1")) == number(1, 1)
    server = client.raw("ServerMetadata", b"")
    assert one(server, 1) == b"moduled" and one(server, 2) and b"statistics" in every(server, 3)
    model = client.raw("ModelMetadata", text(1, "text"))
    assert (one(model, 1), every(model, 2), one(model, 3)) == (b"text", [b"1"], b"moduled")
    ids, scale = every(model, 4)
    free = b"\xff" * 9 + b"\x01"
    assert ids == text(1, "ids") + text(2, "INT64") + text(3, free + b"\x04")
    assert scale == text(1, "scale") + text(2, "FP32") + text(3, free + b"\x01\x01")
    assert len(every(model, 5)) == 2


def test_a_models_configuration(client):
    config = one(client.raw("ModelConfig", text(1, "text")), 1)
    assert (one(config, 1), one(config, 2), one(config, 17)) == (b"text", b"moduled", b"moduled")
    ids, scale = every(config, 5)
    assert (one(ids, 1), one(ids, 2)) == (b"ids", 9), "TYPE_INT64"
    assert (one(scale, 1), one(scale, 2)) == (b"scale", 11), "TYPE_FP32"
    assert one(ids, 4) == b"\xff" * 9 + b"\x01\x04", "dims of inputs"
    assert [len(every(output, 3)) for output in every(config, 6)] == [1, 1], "dims of outputs"
    assert one(one(config, 7), 4) == 2, "instance_group: KIND_CPU"


def test_statistics(client, want):
    model = one(client.raw("ModelStatistics", text(1, "text") + text(2, "1")), 1)
    assert (one(model, 1), one(model, 2)) == (b"text", b"1")
    assert one(model, 3) > 10**12, "last_inference, in milliseconds"
    assert one(model, 4) > 0 and one(model, 5) > 0
    sums = one(model, 6)
    for number_of_sum in (1, 3, 5):  # success, queue, compute_infer
        assert one(one(sums, number_of_sum), 1) > 0
    assert one(one(sums, 1), 2) > 0
    batch = every(model, 7)[0]
    assert one(batch, 1) >= 1 and one(one(batch, 3), 1) > 0


def test_the_repository(client):
    models = every(client.raw("RepositoryIndex", number(2, 1)), 1)
    assert text(1, "text") + text(2, "1") + text(3, "READY") in models


def test_streams(client):
    call = client.channel.stream_stream(f"/{oip.SERVICE}/ModelStreamInfer", None, None)
    good = HEAD + text(5, PORT_IDS) + text(5, PORT_SCALE) + RAW
    answers = {}
    for answer in call(iter([good, text(1, "text") + text(3, "bad")]), timeout=oip.SECONDS):
        infer = one(answer, 2)
        answers[one(infer, 3)] = (every(answer, 1), infer)
    assert answers[b"me"][0] == [] and len(every(answers[b"me"][1], 6)) == 2
    assert b"ids" in answers[b"bad"][0][0], "error_message = 1"
