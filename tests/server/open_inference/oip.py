"""The Open Inference Protocol as a client has it: code that Debian's tools make of the .proto, and short ways in."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import grpc
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[3]
SERVICE = "inference.GRPCInferenceService"
# Far more than any call takes: it only bounds how long a hung one goes unnoticed.
SECONDS = 60

_generated = tempfile.TemporaryDirectory()
subprocess.run(
    ["protoc", "-I", ROOT / "proto", f"--python_out={_generated.name}", f"--grpc_python_out={_generated.name}",
     f"--plugin=protoc-gen-grpc_python={shutil.which('grpc_python_plugin')}",
     *sorted((ROOT / "proto/open_inference").glob("*.proto"))],
    check=True,
)
sys.path.insert(0, _generated.name)

from open_inference import grpc_service_pb2 as pb  # noqa: E402
from open_inference import grpc_service_pb2_grpc as rpc  # noqa: E402

# The protocol's names for NumPy's types that have one. BF16 is not among them.
DATATYPES = {
    "BOOL": np.bool_, "INT8": np.int8, "UINT8": np.uint8, "INT32": np.int32, "INT64": np.int64, "FP16": np.float16,
    "FP32": np.float32, "FP64": np.float64,
}
NAMES = {np.dtype(dtype): name for name, dtype in DATATYPES.items()}


class Client:
    """Calls of one server. Methods that are not written out here are the stub's."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address, [("grpc.max_receive_message_length", -1)])
        self.stub = rpc.GRPCInferenceServiceStub(self.channel)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def __getattr__(self, method):
        call = getattr(self.stub, method)
        return lambda request, **options: call(request, **{"timeout": SECONDS, **options})

    def raw(self, method, data):
        """Bytes in, bytes out: nothing here knows what they mean."""
        return self.channel.unary_unary(f"/{SERVICE}/{method}", None, None)(data, timeout=SECONDS)

    def infer(self, model, inputs, **fields):
        return self.ModelInfer(request(model, inputs, **fields))


def parameter(value):
    kind = {bool: "bool_param", int: "int64_param", str: "string_param", float: "double_param"}[type(value)]
    return pb.InferParameter(**{kind: value})


def request(model, inputs, outputs=(), parameters=None, version="", id=""):
    """A ModelInferRequest with raw contents: `inputs` are arrays by name."""
    message = pb.ModelInferRequest(model_name=model, model_version=version, id=id)
    for name, array in inputs.items():
        message.inputs.add(name=name, datatype=NAMES[array.dtype], shape=array.shape)
        message.raw_input_contents.append(array.tobytes())
    for name in outputs:
        message.outputs.add(name=name)
    for name, value in (parameters or {}).items():
        message.parameters[name].CopyFrom(parameter(value))
    return message


def arrays(response):
    """The outputs by name, read as the Python client of the field reads them: raw contents, by place."""
    assert len(response.raw_output_contents) == len(response.outputs)
    found = {}
    for output, raw in zip(response.outputs, response.raw_output_contents):
        assert not output.HasField("contents"), "answers are always raw"
        assert output.name not in found, "an output's name is its own"
        found[output.name] = np.frombuffer(raw, DATATYPES[output.datatype]).reshape(output.shape)
    return found


def refused(call, code, *texts):
    """Asserts that a call fails so, and that its message holds these texts."""
    try:
        answer = call()
        if hasattr(answer, "__next__"):
            list(answer)
    except grpc.RpcError as error:
        assert error.code() == code, error
        for text in texts:
            assert text in error.details(), error.details()
        return error.details()
    raise AssertionError("it was answered")
