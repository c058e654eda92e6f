"""A server that answers what a test tells it to, and remembers what it was asked."""
import contextlib
from concurrent import futures

import grpc

from moduled.v1 import (
    admin_pb2_grpc,
    hooks_pb2_grpc,
    inference_pb2_grpc,
    introspection_pb2_grpc,
)

_SERVICES = [
    (introspection_pb2_grpc.IntrospectionServicer, introspection_pb2_grpc.add_IntrospectionServicer_to_server),
    (inference_pb2_grpc.InferenceServicer, inference_pb2_grpc.add_InferenceServicer_to_server),
    (hooks_pb2_grpc.HooksServicer, hooks_pb2_grpc.add_HooksServicer_to_server),
    (admin_pb2_grpc.AdminServicer, admin_pb2_grpc.add_AdminServicer_to_server),
]


class FakeServer:
    """`answers[method]` is a response, a list of responses for a stream, or a function of (request, context)."""

    def __init__(self):
        self.answers = {}
        self.requests = []
        self.address = None

    def answer(self, method, request, context):
        # A client's stream is read to its end first.
        self.requests.append(list(request) if hasattr(request, "__next__") else request)
        answer = self.answers[method]
        if isinstance(answer, list):
            return iter(answer)
        return answer(request, context) if callable(answer) else answer

    @property
    def request(self):
        """The only request so far."""
        (request,) = self.requests
        return request


def _servicer(base, fake):
    def method(name):
        return lambda self, request, context: fake.answer(name, request, context)

    return type(base.__name__, (base,), {name: method(name) for name in vars(base) if name[0].isupper()})()


@contextlib.contextmanager
def fake_server():
    fake = FakeServer()
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    server = grpc.server(futures.ThreadPoolExecutor(4), options=unlimited)
    for base, add in _SERVICES:
        add(_servicer(base, fake), server)
    fake.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield fake
    finally:
        server.stop(None).wait()
