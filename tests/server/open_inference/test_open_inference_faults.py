"""What no request may do over the Open Inference Protocol: each is refused with a status and the field's name, and
nothing of the server's machine. That it still serves is what the `client` fixture looks at after every test."""
import random
import re

import grpc
import numpy as np
import oip
import pytest
from oip import pb

INVALID = grpc.StatusCode.INVALID_ARGUMENT
MISSING = grpc.StatusCode.NOT_FOUND
IDS = np.array([[1, 2, 3, 9]], np.int64)
SCALE = np.ones((1, 1, 1), np.float32)
PICTURE = np.zeros((1, 1, 28, 28), np.float32)


def text_request(**fields):
    return oip.request("text", {"ids": IDS, "scale": SCALE}, **fields)


def typed(**contents):
    """The text model's inputs with typed contents; `contents` are those of "scale", of shape [1, 1, 1]."""
    message = pb.ModelInferRequest(model_name="text")
    message.inputs.add(name="ids", datatype="INT64", shape=[1, 4]).contents.int64_contents.extend([1, 2, 3, 9])
    message.inputs.add(name="scale", datatype="FP32", shape=[1, 1, 1], contents=pb.InferTensorContents(**contents))
    return message


def refuse(client, message, code, *texts):
    details = oip.refused(lambda: client.ModelInfer(message), code, *texts)
    assert "/tmp" not in details and not re.search("0x[0-9a-f]{6}", details), "they say nothing of the server's machine"
    assert len(details) < 1000, "errors do not repeat what they were sent"
    before = client.ModelInfer(text_request())
    assert len(before.outputs) == 2


@pytest.mark.parametrize("name", [
    "", " ", "\t", "\n", ".", "..", "../etc", "a/../b", "/etc/passwd", "text/", " ..", ".. ", "te\0xt", "m" * 256,
    "m" * 1_000_000])
def test_names_that_no_model_may_have(client, name):
    refuse(client, oip.request(name, {"x": PICTURE}), INVALID, "model.name")
    for ask, message in (
            (client.ModelMetadata, pb.ModelMetadataRequest(name=name)),
            (client.ModelConfig, pb.ModelConfigRequest(name=name)),
            (client.ModelReady, pb.ModelReadyRequest(name=name)),
            (client.RepositoryModelLoad, pb.RepositoryModelLoadRequest(model_name=name)),
            (client.RepositoryModelUnload, pb.RepositoryModelUnloadRequest(model_name=name))):
        oip.refused(lambda ask=ask, message=message: ask(message), INVALID, "model.name")


@pytest.mark.parametrize("name", ["...", "..m", "m..1", "m.v1", "тест"])
def test_names_that_look_alike_are_only_unknown(client, name):
    refuse(client, oip.request(name, {"x": PICTURE}), MISSING)


def test_a_name_that_is_nearly_right_is_told_the_right_one(client):
    refuse(client, oip.request("texts", {"x": PICTURE}), MISSING, '"text"')


def test_a_name_that_is_no_text_is_no_message(client):
    message = oip.request("text", {}).SerializeToString().replace(b"text", b"te\xff\xfe")
    details = oip.refused(lambda: client.raw("ModelInfer", message), INVALID)
    assert "\xff" not in details


@pytest.mark.parametrize("version", ["0", "-1", "01", "1e3", "+1", " 1", "1 ", "9223372036854775808", "1" * 10_000])
def test_versions_that_are_none(client, version):
    oip.refused(lambda: client.ModelInfer(text_request(version=version)), INVALID, "version")


@pytest.mark.parametrize("version", ["2", "9223372036854775807"])
def test_versions_that_are_not_there(client, version):
    refuse(client, text_request(version=version), MISSING)


@pytest.mark.parametrize("shape, problem", [
    ([-1, 4], "negative"), ([1, -4], "negative"), ([-1, -4], "negative"), ([-(2**63), 4], "negative"),
    ([2**4, 2**60 + 2], "shape"), ([2**2, 2**60 + 2], "shape"), ([2**62, 2**62], "shape"), ([0, 2**62, 2**62], "shape"),
    ([], ""), ([1], ""), ([1, 4, 1], ""), ([1] * 9, ""), ([1] * 1_000, "shape"), ([1] * 1_000_000, "shape")])
def test_shapes(client, shape, problem):
    message = text_request()
    del message.inputs[0].shape[:]
    message.inputs[0].shape.extend(shape)
    refuse(client, message, INVALID, problem)


def test_a_shape_that_the_model_does_not_take_names_the_input(client):
    refuse(client, oip.request("text", {"ids": np.zeros((1, 5), np.int64), "scale": SCALE}), INVALID, "ids")
    refuse(client, oip.request("text", {"ids": np.zeros(4, np.int64), "scale": SCALE}), INVALID, "ids")


@pytest.mark.parametrize("change, where", [
    (lambda raw: raw.pop(), "raw_input_contents"),
    (lambda raw: raw.append(b""), "raw_input_contents"),
    (lambda raw: raw.append(raw[0]), "raw_input_contents"),
    (lambda raw: raw.extend([b"x"] * 10_000), "raw_input_contents"),
    (lambda raw: raw.__setitem__(0, raw[0] + b"x"), "raw_input_contents[0]"),
    (lambda raw: raw.__setitem__(1, raw[1][:-1]), "raw_input_contents[1]"),
    (lambda raw: raw.__setitem__(1, b""), "raw_input_contents[1]")])
def test_raw_contents_that_do_not_fit(client, change, where):
    message = text_request()
    raw = list(message.raw_input_contents)
    change(raw)
    del message.raw_input_contents[:]
    message.raw_input_contents.extend(raw)
    refuse(client, message, INVALID, where)


def test_raw_and_typed_contents_do_not_mix(client):
    message = text_request()
    message.inputs[1].contents.fp32_contents.append(1)
    refuse(client, message, INVALID, "inputs[1]", "raw_input_contents")
    message.inputs[1].contents.Clear()
    message.inputs[1].contents.SetInParent()
    refuse(client, message, INVALID, "inputs[1]", "raw_input_contents")
    half = typed(fp32_contents=[1])
    half.raw_input_contents.append(IDS.tobytes())
    refuse(client, half, INVALID, "raw_input_contents")


def test_no_contents_at_all(client):
    message = typed()
    message.inputs[1].ClearField("contents")
    refuse(client, message, INVALID, "inputs[1].contents")


def test_a_bool_is_nought_or_one(client):
    message = pb.ModelInferRequest(model_name="echo")
    message.inputs.add(name="flag", datatype="BOOL", shape=[1, 3])
    message.raw_input_contents.append(b"\0\1\2")
    refuse(client, message, INVALID, "raw_input_contents[0]")


@pytest.mark.parametrize("contents, where", [
    ({"fp64_contents": [1]}, "inputs[1].contents.fp64_contents"),
    ({"int_contents": [1]}, "inputs[1].contents.int_contents"),
    ({"bool_contents": [True]}, "inputs[1].contents.bool_contents"),
    ({"bytes_contents": [b"\0\0\0\0"]}, "inputs[1].contents.bytes_contents"),
    ({"fp32_contents": [1], "fp64_contents": [1]}, "inputs[1].contents.fp64_contents"),
    ({"fp32_contents": []}, "inputs[1].contents.fp32_contents"),
    ({"fp32_contents": [1, 2]}, "inputs[1].contents.fp32_contents"),
    ({"fp32_contents": [1] * 100_000}, "inputs[1].contents.fp32_contents")])
def test_typed_contents_that_do_not_fit(client, contents, where):
    refuse(client, typed(**contents), INVALID, where)


@pytest.mark.parametrize("datatype, field, value", [
    ("INT8", "int_contents", 300), ("INT8", "int_contents", 128), ("INT8", "int_contents", -129),
    ("UINT8", "uint_contents", 256), ("UINT8", "uint_contents", 2**32 - 1)])
def test_elements_out_of_range_are_not_cut(client, datatype, field, value):
    message = pb.ModelInferRequest(model_name="echo")
    input = message.inputs.add(name="tiny", datatype=datatype, shape=[3])
    getattr(input.contents, field).extend([1, value, 1])
    refuse(client, message, INVALID, f"inputs[0].contents.{field}[1]", str(value))


@pytest.mark.parametrize("datatype", ["FP16", "BF16"])
@pytest.mark.parametrize("contents", [{"fp32_contents": [1]}, {"uint_contents": [1]}, {"bytes_contents": [b"ab"]}])
def test_small_floats_come_raw_alone(client, datatype, contents):
    message = pb.ModelInferRequest(model_name="echo")
    message.inputs.add(name="half", datatype=datatype, shape=[1], contents=pb.InferTensorContents(**contents))
    refuse(client, message, INVALID, "inputs[0].contents")


@pytest.mark.parametrize("datatype", [
    "", "fp32", "FP32 ", "STRING", "TYPE_FP32", "float32", "BYTES", "INT16", "UINT16", "UINT32", "UINT64",
    "x" * 100_000])
def test_datatypes_that_no_model_has(client, datatype):
    message = text_request()
    message.inputs[1].datatype = datatype
    refuse(client, message, INVALID, "inputs[1].datatype")


@pytest.mark.parametrize("array", [np.ones((1, 1, 1), np.float64), np.ones((1, 1, 1), np.int32)])
def test_datatypes_of_another_model(client, array):
    refuse(client, oip.request("text", {"ids": IDS, "scale": array}), INVALID, "scale")


def test_bytes_whose_lengths_lie(client):
    for raw in (b"\xff\xff\xff\xff", b"\x05\0\0\0ab", b"\x01\0", b"\x03\0\0\0a\0b", b""):
        message = text_request()
        message.inputs[1].datatype = "BYTES"
        message.raw_input_contents[1] = raw
        refuse(client, message, INVALID, "inputs[1].datatype")


def test_inputs_that_are_missing_unknown_or_there_twice(client):
    refuse(client, oip.request("text", {}), INVALID, "inputs", '"ids"')
    refuse(client, oip.request("text", {"ids": IDS}), INVALID, "inputs", '"scale"')
    refuse(client, oip.request("text", {"ids": IDS, "scale": SCALE, "more": SCALE}), INVALID, "inputs[2].name", "more")
    refuse(client, oip.request("text", {"ids": IDS, "scales": SCALE}), INVALID, "inputs[1].name", '"scale"')
    refuse(client, oip.request("text", {"ids": IDS, "": SCALE}), INVALID, "inputs[1].name")
    twice = text_request()
    twice.inputs.add().CopyFrom(twice.inputs[0])
    twice.raw_input_contents.append(twice.raw_input_contents[0])
    refuse(client, twice, INVALID, "inputs[2].name", "twice")


def test_outputs_that_are_unknown_or_there_twice(client):
    name = client.ModelMetadata(pb.ModelMetadataRequest(name="text")).outputs[0].name
    refuse(client, text_request(outputs=["nothing"]), INVALID, "outputs[0].name", '"nothing"')
    refuse(client, text_request(outputs=[name, name]), INVALID, "outputs[1].name", "twice")
    refuse(client, text_request(outputs=[name, "", name]), INVALID, "outputs[1].name")
    refuse(client, text_request(outputs=[name] * 30_000), INVALID, "outputs")


@pytest.mark.parametrize("ids, problem", [([10], "ids"), ([-1], "ids"), ([-(2**63)], "ids"), ([2**63 - 1], "ids")])
def test_indices_out_of_range(client, ids, problem):
    del problem
    array = np.array([ids * 4], np.int64)
    refuse(client, oip.request("text", {"ids": array, "scale": SCALE}), INVALID, "out of range")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e-45])
def test_numbers_that_are_none_are_computed_with(client, value):
    response = client.infer("text", {"ids": IDS, "scale": np.full((1, 1, 1), value, np.float32)})
    assert not np.isfinite(list(oip.arrays(response).values())[0]).all() or np.isfinite(value)


@pytest.mark.parametrize("rows", [2**31, 2**40, 2**62])
def test_batches_that_nobody_could_send(client, rows):
    message = oip.request("fashion_mnist", {"x": PICTURE})
    message.inputs[0].shape[0] = rows
    refuse(client, message, INVALID, "")


PARAMETERS = {
    "sequence_id": 7, "sequence_start": True, "sequence_end": True, "shared_memory_region": "r",
    "shared_memory_offset": 0, "shared_memory_byte_size": 4, "triton_enable_empty_final_response": True,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_without_use_here_are_not_ignored(client, name):
    message = text_request(parameters={name: PARAMETERS[name]})
    refuse(client, message, grpc.StatusCode.UNIMPLEMENTED, f'parameters["{name}"]')
    of_input = text_request()
    of_input.inputs[1].parameters[name].CopyFrom(oip.parameter(PARAMETERS[name]))
    refuse(client, of_input, grpc.StatusCode.UNIMPLEMENTED, f'inputs[1].parameters["{name}"]')
    of_output = text_request(outputs=["nothing"])
    of_output.outputs[0].parameters[name].CopyFrom(oip.parameter(PARAMETERS[name]))
    refuse(client, of_output, grpc.StatusCode.UNIMPLEMENTED, f'outputs[0].parameters["{name}"]')


@pytest.mark.parametrize("name, value", [
    ("prioritty", 1), ("", 1), ("priority", "high"), ("priority", -1), ("priority", 99), ("timeout", -1),
    ("timeout", 0.5), ("seed", "x"), ("seed", -1), ("hooks", 1), ("hooks", True)])
def test_parameters_of_the_wrong_kind(client, name, value):
    refuse(client, text_request(parameters={name: value}), INVALID, name)


@pytest.mark.parametrize("hooks, code", [
    ("layer9", MISSING), ("a..b", MISSING), (".", MISSING), ("fc.weight", MISSING), ("regex:(", INVALID),
    ("regex:(a{1000}){1000}", INVALID), ("x" * 5_000, None), ("a." * 10_000 + "a", None),
    (",".join(["fc"] * 100_000), INVALID), ("", INVALID), ("fc,", INVALID), ("[", INVALID), ('["fc", 1]', INVALID),
    ("[" * 100_000, INVALID)])
def test_hooks_on_nothing(client, hooks, code):
    message = text_request(parameters={"hooks": hooks})
    if code is not None:
        refuse(client, message, code, "hook")
        return
    with pytest.raises(grpc.RpcError) as error:
        client.ModelInfer(message)
    assert error.value.code() in (INVALID, MISSING, grpc.StatusCode.RESOURCE_EXHAUSTED)
    assert len(error.value.details()) < 1000


@pytest.mark.parametrize("hooks", ["*" * 1_000, "**" * 500, "*?" * 500, "regex:(.*)*(.*)*x"])
def test_patterns_that_would_take_long_elsewhere(client, hooks):
    try:
        client.ModelInfer(text_request(parameters={"hooks": hooks}))
    except grpc.RpcError as error:
        assert error.code() in (INVALID, MISSING), error


@pytest.mark.parametrize("method", [
    "ModelInfer", "ModelReady", "ModelMetadata", "ModelConfig", "ModelStatistics", "RepositoryIndex",
    "RepositoryModelLoad", "RepositoryModelUnload", "TraceSetting", "LogSettings"])
def test_bytes_that_are_no_message(client, method):
    seed = 14
    noise = random.Random(seed).randbytes(1000)
    texts = [
        b"\xff" * 12, b"\x0a",
        b"\x0a\xff\xff\xff\xff\x07x", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\x0f",
        b"\x0b" * 200, b"\x00", b"\x0c", b"\x08\x01\x0a", b"\xff\xff\xff\xff" + noise]
    for data in texts:
        oip.refused(lambda data=data: client.raw(method, data), INVALID)


def test_a_message_cut_anywhere_is_refused_or_another_request(client):
    good = text_request(parameters={"hooks": "fc"}).SerializeToString()
    for end in range(0, len(good), 7):
        oip.refused(lambda end=end: client.raw("ModelInfer", good[:end]), INVALID)


def test_fields_of_later_protocols_are_skipped(client):
    later = b"\xc2\x3e\x03abc" + b"\xc8\x3e\x07"  # Fields 1000 and 1001.
    answer = client.raw("ModelInfer", text_request().SerializeToString() + later)
    assert len(pb.ModelInferResponse.FromString(answer).outputs) == 2


def test_a_million_parameters(client):
    # An entry of the map with an empty key and no value: 1 MB of them are half a million.
    message = text_request().SerializeToString() + b"\x22\x00" * 500_000
    oip.refused(lambda: client.raw("ModelInfer", message), INVALID, "parameters")


def test_numbers_that_take_ten_bytes_each(client):
    # inputs[0].shape, unpacked, 100,000 times -1.
    entry = b"\x18" + b"\xff" * 9 + b"\x01"
    body = entry * 100_000
    size = bytes([len(body) & 127 | 128, len(body) >> 7 & 127 | 128, len(body) >> 14])
    oip.refused(lambda: client.raw("ModelInfer", b"\x0a\x04text\x2a" + size + body), INVALID, "inputs[0]")


def test_messages_beyond_the_limit(client):
    # The server's limit is 2 MiB.
    big = np.zeros((1000, 1, 28, 28), np.float32)
    oip.refused(lambda: client.infer("fashion_mnist", {"x": big}), grpc.StatusCode.RESOURCE_EXHAUSTED)
    fits = np.zeros((600, 1, 28, 28), np.float32)
    assert oip.arrays(client.infer("fashion_mnist", {"x": fits}))["output"].shape == (600, 10)
    hooked = oip.request("fashion_mnist", {"x": fits}, parameters={"hooks": "**"})
    oip.refused(lambda: client.ModelInfer(hooked), grpc.StatusCode.RESOURCE_EXHAUSTED)
