"""Bearer tokens: a channel whose calls say who makes them."""
import collections

import grpc


class _Details(
    collections.namedtuple("_Details", "method timeout metadata credentials wait_for_ready compression"),
    grpc.ClientCallDetails,
):
    """What gRPC lets an interceptor change of a call."""


class _TokenInterceptor(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Adds the token to the metadata of every call. (gRPC's own call credentials refuse to work without TLS.)"""

    def __init__(self, token):
        self._header = ("authorization", f"Bearer {token}")

    def _call(self, continuation, details, request):
        metadata = (*(details.metadata or ()), self._header)
        return continuation(
            _Details(
                details.method,
                details.timeout,
                metadata,
                details.credentials,
                details.wait_for_ready,
                details.compression,
            ),
            request,
        )

    intercept_unary_unary = _call
    intercept_unary_stream = _call
    intercept_stream_unary = _call
    intercept_stream_stream = _call


def with_token(channel, token):
    """The channel, with `authorization: Bearer TOKEN` in the metadata of every call."""
    return grpc.intercept_channel(channel, _TokenInterceptor(token))
