"""The Open Inference Protocol over gRPC, through a real server, held against torch."""
import shutil

import grpc
import numpy as np
import oip
import pytest
import servers
import torch
from oip import pb

IDS = np.array([[1, 2, 3, 9]], np.int64)
SCALE = np.full((1, 1, 1), 2, np.float32)


def services(channel):
    """What server reflection lists, without a library for it: field 7 asks, field 6 answers."""
    method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
    call = channel.stream_stream(method, None, None)
    return b"".join(call(iter([b"\x3a\x00"]), timeout=oip.SECONDS)).decode(errors="replace")


def close(got, want):
    np.testing.assert_allclose(got, want.detach().numpy(), rtol=1e-4, atol=1e-6)


def test_what_the_server_is(client):
    metadata = client.ServerMetadata(pb.ServerMetadataRequest())
    assert metadata.name == "moduled" and metadata.version
    assert {"model_repository", "model_configuration", "statistics", "logging"} <= set(metadata.extensions)
    assert client.ServerLive(pb.ServerLiveRequest()).live
    assert client.ServerReady(pb.ServerReadyRequest()).ready


def test_reflection_lists_the_service(client):
    assert oip.SERVICE in services(client.channel)


def test_what_a_model_takes_and_returns(client):
    model = client.ModelMetadata(pb.ModelMetadataRequest(name="text"))
    assert (model.name, list(model.versions), model.platform) == ("text", ["1"], "moduled")
    assert [(port.name, port.datatype) for port in model.inputs] == [("ids", "INT64"), ("scale", "FP32")]
    assert [list(port.shape) for port in model.inputs] == [[-1, 4], [-1, 1, 1]]
    assert [port.datatype for port in model.outputs] == ["FP32", "FP32"]
    assert client.ModelMetadata(pb.ModelMetadataRequest(name="text", version="1")) == model


def test_ready_is_a_question_not_an_error(client):
    assert client.ModelReady(pb.ModelReadyRequest(name="text")).ready
    assert client.ModelReady(pb.ModelReadyRequest(name="text", version="1")).ready
    assert not client.ModelReady(pb.ModelReadyRequest(name="text", version="7")).ready
    assert not client.ModelReady(pb.ModelReadyRequest(name="nobody")).ready


def test_inference_is_torchs(client, text):
    want = text(torch.from_numpy(IDS), torch.from_numpy(SCALE))
    response = client.infer("text", {"ids": IDS, "scale": SCALE}, id="seven")
    assert (response.model_name, response.model_version, response.id) == ("text", "1", "seven")
    got = list(oip.arrays(response).values())
    close(got[0], want["hidden"])
    close(got[1], want["states"])


def test_inputs_are_named_so_their_order_is_free(client):
    one = client.infer("text", {"ids": IDS, "scale": SCALE})
    other = client.infer("text", {"scale": SCALE, "ids": IDS})
    assert one.raw_output_contents == other.raw_output_contents


def test_only_outputs_that_are_asked_for_come(client):
    every = client.infer("text", {"ids": IDS, "scale": SCALE})
    name = every.outputs[1].name
    one = client.infer("text", {"ids": IDS, "scale": SCALE}, outputs=[name])
    assert [output.name for output in one.outputs] == [name]
    assert list(one.raw_output_contents) == [every.raw_output_contents[1]]


# Each type's extremes: what a conversion through another type would lose.
ELEMENTS = {
    "flag": [True, False, True], "tiny": [-128, 127, 0], "byte": [0, 255, 7], "word": [-(2**31), 2**31 - 1, 5],
    "long": [-(2**63), 2**63 - 1, 2**53 + 1], "single": [1e-45, 3.4e38, -0.0], "double": [5e-324, 1.7e308, 0.1],
}
FIELDS = {
    "flag": ("BOOL", "bool_contents"), "tiny": ("INT8", "int_contents"), "byte": ("UINT8", "uint_contents"),
    "word": ("INT32", "int_contents"), "long": ("INT64", "int64_contents"), "single": ("FP32", "fp32_contents"),
    "double": ("FP64", "fp64_contents"),
}
HALVES = {"half": "FP16", "brain": "BF16"}


def raw_echo():
    """An input of every type with raw contents; FP16 and BF16 have no others."""
    message = pb.ModelInferRequest(model_name="echo")
    for name, (datatype, _) in FIELDS.items():
        message.inputs.add(name=name, datatype=datatype, shape=[1, 3])
        message.raw_input_contents.append(np.array(ELEMENTS[name], oip.DATATYPES[datatype]).tobytes())
    for name, datatype in HALVES.items():
        message.inputs.add(name=name, datatype=datatype, shape=[1, 3])
        message.raw_input_contents.append(bytes(range(1, 7)))
    return message


def test_raw_elements_of_every_type_come_back_bit_by_bit(client):
    message = raw_echo()
    response = client.ModelInfer(message)
    sent = {input.datatype: raw for input, raw in zip(message.inputs, message.raw_input_contents)}
    assert len(sent) == 9
    assert {output.datatype: raw for output, raw in zip(response.outputs, response.raw_output_contents)} == sent
    assert all(list(output.shape) == [1, 3] for output in response.outputs)


@pytest.fixture(scope="module")
def typed_models(models, tmp_path_factory):
    """Echoes without the types that typed contents cannot say."""
    import moduled

    class Typed(torch.nn.Module):
        def forward(self, flag, tiny, byte, word, long, single, double):
            return flag, tiny, byte, word, long, single, double

    directory = tmp_path_factory.mktemp("typed")
    types = [torch.bool, torch.int8, torch.uint8, torch.int32, torch.int64, torch.float32, torch.float64]
    moduled.export(
        Typed().eval(), directory, name="typed", example_inputs=tuple(torch.ones(2, 3).to(each) for each in types))
    return directory


def test_typed_elements_of_every_type_come_back_raw(typed_models):
    message = pb.ModelInferRequest(model_name="typed")
    for name, (datatype, field) in FIELDS.items():
        getattr(message.inputs.add(name=name, datatype=datatype, shape=[1, 3]).contents, field).extend(ELEMENTS[name])
    with servers.serving(typed_models) as server, oip.Client(server.address) as client:
        got = oip.arrays(client.ModelInfer(message))
    assert len(got) == len(FIELDS)
    for (name, (datatype, _)), array in zip(FIELDS.items(), got.values()):
        assert array.tobytes() == np.array(ELEMENTS[name], oip.DATATYPES[datatype]).tobytes(), name


def test_no_rows_are_an_answer_too(client):
    response = client.infer("fashion_mnist", {"x": np.zeros((0, 1, 28, 28), np.float32)})
    assert oip.arrays(response)["output"].shape == (0, 10)


def test_hooks_come_back_as_outputs(client, text):
    response = client.infer("text", {"ids": IDS, "scale": SCALE}, parameters={"hooks": "fc, type:LSTM"})
    got = oip.arrays(response)
    hooked = [output.name for output in response.outputs if output.parameters["hook"].bool_param]
    assert hooked == ["fc", "fc#1", "lstm[0]", "lstm[1][0]", "lstm[1][1]"]
    assert [output.name for output in response.outputs][2:] == hooked, "the model's own outputs are the first"
    first = text.fc(text.embed(torch.from_numpy(IDS)))
    close(got["fc"], first)
    close(got["fc#1"], text.fc(first))
    states, (last, cell) = text.lstm(text.fc(first) * torch.from_numpy(SCALE))
    close(got["lstm[0]"], states)
    close(got["lstm[1][0]"], last)
    close(got["lstm[1][1]"], cell)


def test_hooks_come_beside_the_outputs_that_are_asked_for(client):
    name = client.ModelMetadata(pb.ModelMetadataRequest(name="text")).outputs[0].name
    response = client.infer("text", {"ids": IDS, "scale": SCALE}, outputs=[name], parameters={"hooks": "regex:emb.*"})
    assert [output.name for output in response.outputs] == [name, "embed"]


def test_hooks_may_be_a_list_in_json_and_name_the_root(client):
    message = oip.request("text", {"ids": IDS, "scale": SCALE}, parameters={"hooks": '["regex:f{1,2}c", "\'\'"]'})
    names = [output.name for output in client.ModelInfer(message).outputs][2:]
    assert names[:2] == ["fc", "fc#1"]
    assert names[2:] == ["''[\"hidden\"]", "''[\"states\"]"]


def test_the_configuration_says_how_calls_are_batched(tmp_path):
    shutil.copytree(servers.MODELS / "fashion_mnist/1", tmp_path / "fashion_mnist/1")
    (tmp_path / "fashion_mnist/config.pbtxt").write_text("""
        max_batch_size: 2  instances: 3
        dynamic_batching {
          max_queue_delay_microseconds: 7  priority_levels: 2  default_priority_level: 1
          default_queue_policy { max_queue_size: 5  default_timeout_microseconds: 9  timeout_action: DELAY }
        }""")
    with servers.serving(tmp_path) as server, oip.Client(server.address) as client:
        config = client.ModelConfig(pb.ModelConfigRequest(name="fashion_mnist")).config
    assert config.max_batch_size == 2
    assert [list(port.dims) for port in [*config.input, *config.output]] == [[1, 28, 28], [10]]
    assert [(group.kind, group.count) for group in config.instance_group] == [(2, 3)]
    batching = config.dynamic_batching
    assert (batching.max_queue_delay_microseconds, batching.priority_levels) == (7, 2)
    assert batching.default_priority_level == 1
    policy = batching.default_queue_policy
    assert (policy.max_queue_size, policy.default_timeout_microseconds, policy.timeout_action) == (5, 9, 1)


def test_without_batches_the_first_dimension_is_like_any_other(client):
    config = client.ModelConfig(pb.ModelConfigRequest(name="fashion_mnist")).config
    assert config.max_batch_size == 0 and not config.HasField("dynamic_batching")
    assert list(config.input[0].dims) == [-1, 1, 28, 28]


def test_a_seed_makes_what_is_random_come_again(client):
    def draw(seed):
        response = client.infer("noise", {"input": np.ones((1, 64), np.float32)}, parameters={"seed": seed})
        return response.raw_output_contents

    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_statistics_count_what_was_answered_and_what_was_not(client):
    def counts():
        answer = client.ModelStatistics(pb.ModelStatisticsRequest(name="text", version="1"))
        assert [(each.name, each.version) for each in answer.model_stats] == [("text", "1")]
        return answer.model_stats[0]

    client.infer("text", {"ids": IDS, "scale": SCALE})
    before = counts()
    client.infer("text", {"ids": np.repeat(IDS, 3, 0), "scale": SCALE})
    oip.refused(lambda: client.infer("text", {"ids": IDS + 100, "scale": SCALE}), grpc.StatusCode.INVALID_ARGUMENT)
    after = counts()
    assert after.inference_stats.success.count == before.inference_stats.success.count + 1
    assert after.inference_stats.success.ns > before.inference_stats.success.ns
    assert after.inference_stats.compute_infer.ns > before.inference_stats.compute_infer.ns
    assert after.inference_stats.fail.count == before.inference_stats.fail.count + 1
    assert after.execution_count > before.execution_count
    assert after.last_inference >= before.last_inference > 0


def test_models_are_listed_unloaded_and_loaded(models):
    def state(client):
        index = client.RepositoryIndex(pb.RepositoryIndexRequest()).models
        return {each.name: each.state for each in index}["text"]

    with servers.serving(models) as server, oip.Client(server.address) as client:
        assert state(client) == "READY"
        client.RepositoryModelUnload(pb.RepositoryModelUnloadRequest(model_name="text"))
        assert state(client) == "UNAVAILABLE"
        ready = client.RepositoryIndex(pb.RepositoryIndexRequest(ready=True)).models
        assert {each.name for each in ready} == {"echo", "fashion_mnist", "noise"}
        assert not client.ModelReady(pb.ModelReadyRequest(name="text")).ready
        client.RepositoryModelLoad(pb.RepositoryModelLoadRequest(model_name="text"))
        assert state(client) == "READY"
        client.infer("text", {"ids": IDS, "scale": SCALE})


def test_repository_calls_refuse_what_they_would_not_do(client):
    load, unload = pb.RepositoryModelLoadRequest, pb.RepositoryModelUnloadRequest
    oip.refused(lambda: client.RepositoryModelLoad(load(model_name="nobody")), grpc.StatusCode.NOT_FOUND, "nobody")
    oip.refused(lambda: client.RepositoryModelUnload(unload(model_name="nobody")), grpc.StatusCode.NOT_FOUND, "nobody")
    configured = load(model_name="text")
    configured.parameters["config"].string_param = "{}"
    oip.refused(lambda: client.RepositoryModelLoad(configured), grpc.StatusCode.UNIMPLEMENTED, 'parameters["config"]')
    other = load(repository_name="elsewhere", model_name="text")
    oip.refused(lambda: client.RepositoryModelLoad(other), grpc.StatusCode.NOT_FOUND, "repository_name")


def test_what_is_logged_can_be_set(models):
    with servers.serving(models) as server, oip.Client(server.address) as client:
        before = client.LogSettings(pb.LogSettingsRequest()).settings
        assert before["log_info"].bool_param and before["log_verbose_level"].uint32_param == 0
        louder = pb.LogSettingsRequest()
        louder.settings["log_verbose_level"].uint32_param = 1
        assert client.LogSettings(louder).settings["log_level"].string_param == "debug"
        quieter = pb.LogSettingsRequest()
        quieter.settings["log_level"].string_param = "error"
        settings = client.LogSettings(quieter).settings
        assert settings == client.LogSettings(pb.LogSettingsRequest()).settings
        assert settings["log_error"].bool_param and not settings["log_warning"].bool_param


@pytest.mark.parametrize("name, value", [
    ("log_file", {"string_param": "/etc/cron.d/x"}), ("log_format", {"string_param": "default"}),
    ("log_level", {"string_param": "loud"}), ("log_info", {"string_param": "true"}), ("colour", {"bool_param": True})])
def test_log_settings_that_cannot_be_set_are_refused(client, name, value):
    before = client.LogSettings(pb.LogSettingsRequest())
    message = pb.LogSettingsRequest(settings={name: pb.LogSettingsRequest.SettingValue(**value)})
    oip.refused(lambda: client.LogSettings(message), grpc.StatusCode.INVALID_ARGUMENT, f'settings["{name}"]')
    assert client.LogSettings(pb.LogSettingsRequest()) == before


def test_traces_are_off_and_stay_so(client):
    assert list(client.TraceSetting(pb.TraceSettingRequest()).settings["trace_level"].value) == ["OFF"]
    message = pb.TraceSettingRequest()
    message.settings["trace_level"].value.append("TENSORS")
    oip.refused(lambda: client.TraceSetting(message), grpc.StatusCode.UNIMPLEMENTED, 'settings["trace_level"]')
