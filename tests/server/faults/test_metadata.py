"""Headers that are too large, too many, or made to confuse."""
import grpc
import pytest
import servers
from calls import FORWARD, MODEL, PICTURE, assert_serving, error_of, forward_request
from http2 import Connection, grpc_headers, literal

import moduled


def refused_or_closed(end):
    return end in ("trailers", "reset", "goaway", "closed")


@pytest.mark.parametrize("size", [(16 << 10) + 1, 1 << 20])
def test_headers_beyond_the_limit_are_refused(server, size):
    with Connection(server.address) as connection:
        connection.headers(1, grpc_headers(FORWARD, ("x-large", "x" * size)))
        try:
            connection.data(1, b"")
        except ConnectionError:
            return
        end, headers = connection.end_of(1)
        assert refused_or_closed(end) and b"grpc-status\x010" not in headers


def test_headers_within_the_limit_are_taken(server):
    assert error_of(server, FORWARD, forward_request(), metadata=[("x-large", "x" * (8 << 10))]) is None


def test_thousands_of_keys_are_refused(server):
    more = [(f"x-{i}", "value") for i in range(5000)]
    with Connection(server.address) as connection:
        connection.headers(1, grpc_headers(FORWARD, *more))
        try:
            connection.data(1, b"")
        except ConnectionError:
            return
        end, headers = connection.end_of(1)
        assert refused_or_closed(end) and b"grpc-status\x010" not in headers


def test_binary_metadata_that_is_no_base64_harms_nobody(server):
    with Connection(server.address) as connection:
        end, _ = connection.call(1, FORWARD, forward_request(), ("x-trace-bin", "!!not base64!!"))
        assert refused_or_closed(end)


@pytest.mark.parametrize("timeout", ["99999999H", "0n", "-1S", "S", "123456789S", "1x", ""])
def test_strange_timeouts_are_answered(server, timeout):
    with Connection(server.address) as connection:
        assert refused_or_closed(connection.call(1, FORWARD, forward_request(), timeout=timeout)[0])


def test_two_timeouts_are_answered(server):
    with Connection(server.address) as connection:
        end, _ = connection.call(1, FORWARD, forward_request(), ("grpc-timeout", "20S"), timeout="10S")
        assert refused_or_closed(end)


@pytest.mark.parametrize("missing", [":path", "content-type"])
def test_a_call_without_what_every_call_has_is_refused(server, missing):
    headers = {":method": "POST", ":scheme": "http", ":path": FORWARD, "content-type": "application/grpc"}
    del headers[missing]
    with Connection(server.address) as connection:
        connection.headers(1, b"".join(literal(*header) for header in headers.items()), end_stream=True)
        end, block = connection.end_of(1)
        assert refused_or_closed(end) and b"grpc-status\x010" not in block


def test_no_line_of_the_log_is_made_by_a_caller():
    """Names that would begin a line, or colour it, are not written as they are."""
    with servers.serving(servers.MODELS, "--cache", "", "--log-level", "debug") as server:
        with moduled.Client(server.address, timeout=60) as client:
            for name in ("a\nforged line", "a\r\nforged line", "\x1b[31mforged line"):
                for call in (client.describe, client.load_model):
                    with pytest.raises(moduled.Error):
                        call(name)
                client.forward(MODEL, PICTURE, request_id=name)
        assert_serving(server)
        server.terminate()
        assert not any(line.startswith("forged") or "\x1b" in line for line in server.output)


def test_an_unknown_method_is_unimplemented(server):
    for method in ("/moduled.v1.Inference/Backwards", "/no.such.Service/Method", "/" + "x" * 4000):
        assert error_of(server, method, b"").code() == grpc.StatusCode.UNIMPLEMENTED
