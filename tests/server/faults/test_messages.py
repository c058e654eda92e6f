"""Messages that are too large, compressed, or no messages at all."""
import gzip
import random
import zlib

import grpc
import pytest
from calls import FORWARD, MESSAGE_LIMIT, MODEL, error_of, forward_request, resident_bytes
from http2 import DATA, END_STREAM, Connection, frame, grpc_headers

from moduled.v1 import inference_pb2

UNKNOWN_FIELD = b"\xfa\xff\x7f"  # The tag of a length-delimited field that no message has.


def varint(value):
    out = b""
    while value >= 128:
        out, value = out + bytes([value % 128 | 128]), value // 128
    return out + bytes([value])


def padded(request, size):
    """The request with an unknown field, so that it has exactly so many bytes."""
    for length in range(size - len(request) - 8, size):
        data = request + UNKNOWN_FIELD + varint(length) + bytes(length)
        if len(data) == size:
            return data
    raise AssertionError("no such size")


def literal_status(headers):
    """The status in a block of headers that is the first of its connection, where nothing is abbreviated."""
    at = headers.index(b"grpc-status") + len(b"grpc-status")
    number = int(headers[at + 1 : at + 1 + headers[at]])
    return next(code for code in grpc.StatusCode if code.value[0] == number)


def test_a_message_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(server):
    assert error_of(server, FORWARD, padded(forward_request(), MESSAGE_LIMIT)) is None
    error = error_of(server, FORWARD, padded(forward_request(), MESSAGE_LIMIT + 1))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(MESSAGE_LIMIT + 1) in error.details() and str(MESSAGE_LIMIT) in error.details()


@pytest.mark.parametrize("claimed", [MESSAGE_LIMIT + 1, 2**31 - 1, 2**32 - 1])
def test_nothing_is_set_aside_for_a_message_that_only_claims_to_be_large(server, claimed):
    before = resident_bytes(server.pid)
    with Connection(server.address) as connection:
        connection.headers(1, grpc_headers(FORWARD))
        connection.send(frame(DATA, 0, 1, b"\x00" + claimed.to_bytes(4, "big") + b"x"))
        connection.ping()
        assert resident_bytes(server.pid) - before < 64 << 20
        connection.send(frame(DATA, END_STREAM, 1, b"x"))  # And that was all.
        assert connection.end_of(1)[0] in ("trailers", "reset")


def test_a_piece_of_a_stream_that_is_too_large_is_refused(server):
    with grpc.insecure_channel(server.address, options=[("grpc.max_send_message_length", -1)]) as channel:
        upload = channel.stream_unary("/moduled.v1.Admin/LoadStateDict", None, None)
        with pytest.raises(grpc.RpcError) as caught:
            upload(iter([bytes(MESSAGE_LIMIT + 1)]), timeout=120)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_compressed_messages_are_refused(server, compression):
    error = error_of(server, FORWARD, forward_request(rows=8), compression=compression)
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED and "compress" in error.details().lower()


@pytest.mark.parametrize(
    "encoding, compress", [("gzip", gzip.compress), ("deflate", zlib.compress), ("gzip", lambda data: b"corrupt" + data)]
)
def test_a_bomb_is_not_unpacked(server, encoding, compress):
    bomb = compress(bytes(512 << 20)) if encoding == "gzip" else compress(bytes(64 << 20))
    bomb = bomb[: MESSAGE_LIMIT - 16]
    before = resident_bytes(server.pid)
    with Connection(server.address) as connection:
        end, headers = connection.call(1, FORWARD, bomb, ("grpc-encoding", encoding), flag=1)
        assert end == "trailers" and literal_status(headers) == grpc.StatusCode.UNIMPLEMENTED
    assert resident_bytes(server.pid) - before < 64 << 20


@pytest.mark.parametrize("more", [(), (("grpc-encoding", "identity"),), (("grpc-encoding", "zstd"),)])
def test_a_compressed_flag_without_a_known_encoding_changes_nothing(server, more):
    """gRPC takes the bytes as they are: a good message is one, and a compressed one is garbage."""
    with Connection(server.address) as connection:
        end, headers = connection.call(1, FORWARD, gzip.compress(forward_request()), *more, flag=1)
        assert end == "trailers" and literal_status(headers) == grpc.StatusCode.INVALID_ARGUMENT


def nested(depth):
    """A value in a list in a list ... : more levels than any parser should follow."""
    data = b""
    for _ in range(depth):
        data = b"\x1a" + varint(len(data)) + data
        data = b"\x0a" + varint(len(data)) + data
    return data


def garbage():
    good = forward_request()
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    yield from (generator.randbytes(size) for size in (1, 10, 1000, 100_000))
    yield from (good[:-size] for size in (1, 100, len(good) - 3))
    yield nested(50_000)
    yield b"\x12" + varint(4 << 10) + b"\x80" * (4 << 10)  # A varint that never ends.
    yield b"\x0a\xff\xff\xff\xff\x0f"  # A length of 2^32 - 1.
    yield b"\x0b" * 200_000  # Groups in groups.
    yield b"\x08\x01"  # The model as a number.
    yield b"\x0a\x04\x0a\x02\xff\xfe"  # A name that is no UTF-8.


def test_garbage_is_an_invalid_argument(server):
    methods = [FORWARD, "/moduled.v1.Inference/Backward", "/moduled.v1.Introspection/Summary"]
    for data in garbage():
        for method in methods:
            error = error_of(server, method, data)
            assert error is not None and error.code() in (
                grpc.StatusCode.INVALID_ARGUMENT,
                grpc.StatusCode.NOT_FOUND,  # Some of it is a message, which names no model.
            ), f"{method}: {data[:40]!r}: {error}"
            assert len(error.details()) < 8192


def test_garbage_ends_a_stream_with_a_status(server):
    with grpc.insecure_channel(server.address) as channel:
        for method in ("/moduled.v1.Inference/ForwardStream", "/moduled.v1.Hooks/Subscribe"):
            for data in (b"\xff" * 100, b"\x0a\xff\xff\xff\xff\x0f"):
                with pytest.raises(grpc.RpcError) as caught:
                    list(channel.unary_stream(method, None, None)(data, timeout=120))
                assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        with pytest.raises(grpc.RpcError) as caught:
            channel.stream_unary("/moduled.v1.Admin/LoadStateDict", None, None)(iter([b"\xff" * 100]), timeout=120)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_unknown_fields_are_nothing_to_complain_about(server):
    assert error_of(server, FORWARD, padded(forward_request(), 100_000)) is None


def test_a_million_entries_of_a_repeated_field_are_bounded(server):
    request = inference_pb2.ForwardRequest()
    request.model.name = MODEL
    tensor = request.inputs.add().tensor
    tensor.dtype = 1
    tensor.shape.extend([1] * 1_000_000)
    error = error_of(server, FORWARD, request.SerializeToString())
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT and "shape" in error.details()


def test_empty_entries_by_the_hundred_thousand_are_bounded(server):
    before = resident_bytes(server.pid)
    for field in (b"\x12\x00", b"\x22\x00"):  # inputs, hooks
        error = error_of(server, FORWARD, b"\x0a\x0f\x0a\x0d" + MODEL.encode() + field * 400_000)
        assert error.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED)
    assert resident_bytes(server.pid) - before < 512 << 20


def test_a_stream_that_ends_before_its_message_does(server):
    with Connection(server.address) as connection:
        connection.headers(1, grpc_headers(FORWARD))
        connection.send(frame(DATA, END_STREAM, 1, b"\x00\x00\x00\x10\x00half"))
        assert connection.end_of(1)[0] in ("trailers", "reset")
