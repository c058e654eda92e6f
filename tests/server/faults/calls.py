"""Calls by bytes, and what is looked at after them."""
import os

import grpc
import numpy as np
import servers

import moduled
from moduled.v1 import inference_pb2

MODEL = "fashion_mnist"
FORWARD = "/moduled.v1.Inference/Forward"
PICTURE = np.zeros((1, 1, 28, 28), np.float32)
MESSAGE_LIMIT = 1 << 20  # Bytes of the largest message that the server takes.


def forward_request(rows=1):
    """The bytes of a good ForwardRequest."""
    request = inference_pb2.ForwardRequest()
    request.model.name = MODEL
    tensor = request.inputs.add().tensor
    tensor.dtype = 1
    tensor.shape.extend([rows, 1, 28, 28])
    tensor.data = bytes(rows * 28 * 28 * 4)
    return request.SerializeToString()


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def assert_serving(server):
    with moduled.Client(server.address, timeout=120) as client:
        assert client.forward(MODEL, PICTURE).shape == (1, 10)


def error_of(server, path, data, **options):
    """The error of a call of bytes over gRPC's own client; None if it was answered."""
    with grpc.insecure_channel(server.address, options=[("grpc.max_send_message_length", -1)]) as channel:
        try:
            channel.unary_unary(path, None, None)(data, timeout=120, **options)
        except grpc.RpcError as error:
            # No text tells where files are.
            assert str(servers.MODELS) not in error.details() and "/tmp" not in error.details()
            return error
    return None
