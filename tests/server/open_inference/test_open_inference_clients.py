"""What the field's clients do, call by call and field by field: one that does so is served as it is."""
import numpy as np
import oip
import servers
from oip import pb


class PythonClient:
    """As the Python client of the field calls and reads: raw contents by the place of an output, sizes unlimited."""

    def __init__(self, client):
        self.client = client

    def infer(self, model, arrays, outputs=(), request_id="", parameters=None):
        request = pb.ModelInferRequest(model_name=model, id=request_id)
        for name, array in arrays.items():
            request.inputs.append(
                pb.ModelInferRequest.InferInputTensor(name=name, datatype=oip.NAMES[array.dtype], shape=array.shape))
        for name in outputs:
            request.outputs.append(pb.ModelInferRequest.InferRequestedOutputTensor(name=name))
        for key, value in (parameters or {}).items():
            request.parameters[key].CopyFrom(oip.parameter(value))
        request.raw_input_contents.extend(array.tobytes() for array in arrays.values())
        return self.client.ModelInfer(request, timeout=oip.SECONDS)

    @staticmethod
    def as_numpy(response, name):
        for place, output in enumerate(response.outputs):
            if output.name == name:
                data = response.raw_output_contents[place]
                return np.frombuffer(data, oip.DATATYPES[output.datatype]).reshape(list(output.shape))
        return None


def test_the_python_client(client):
    python = PythonClient(client)
    assert client.ServerLive(pb.ServerLiveRequest()).live
    assert client.ServerReady(pb.ServerReadyRequest()).ready
    assert client.ModelReady(pb.ModelReadyRequest(name="fashion_mnist", version="")).ready
    picture = np.zeros((2, 1, 28, 28), np.float32)
    response = python.infer("fashion_mnist", {"x": picture}, ["output"], "7", {"priority": 1, "timeout": 1_000_000})
    assert response.id == "7"
    assert python.as_numpy(response, "output").shape == (2, 10)
    assert python.as_numpy(response, "nothing") is None


def test_the_load_generator(models):
    """Which asks for a model's metadata and configuration, makes inputs of them, and reads statistics between runs."""
    with servers.serving(models, "--max-batch-size", "4") as server, oip.Client(server.address) as client:
        extensions = client.ServerMetadata(pb.ServerMetadataRequest()).extensions
        assert "statistics" in extensions
        metadata = client.ModelMetadata(pb.ModelMetadataRequest(name="fashion_mnist", version=""))
        config = client.ModelConfig(pb.ModelConfigRequest(name="fashion_mnist", version="")).config
        assert config.max_batch_size == 4 and not config.model_transaction_policy.decoupled
        assert config.WhichOneof("scheduling_choice") == "dynamic_batching"
        inputs, shapes = {port.name: port for port in config.input}, {}
        for port in metadata.inputs:
            assert not inputs[port.name].optional and not inputs[port.name].is_shape_tensor
            assert list(port.shape) == [-1, *inputs[port.name].dims], "metadata has the batch, configurations do not"
            shapes[port.name] = [2, *port.shape[1:]]
        statistics = pb.ModelStatisticsRequest(name="fashion_mnist", version="")

        def count():
            return sum(each.inference_stats.success.count for each in client.ModelStatistics(statistics).model_stats)

        before = count()
        python = PythonClient(client)
        for _ in range(3):
            arrays = {name: np.random.rand(*shape).astype(np.float32) for name, shape in shapes.items()}
            python.infer(metadata.name, arrays, [port.name for port in metadata.outputs])
        assert count() == before + 3
        stream = client.ModelStreamInfer(iter([oip.request(metadata.name, arrays, id=str(id)) for id in range(3)]))
        assert sorted(answer.infer_response.id for answer in stream) == ["0", "1", "2"]
        assert count() == before + 6
