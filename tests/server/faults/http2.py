"""Bytes of HTTP/2 by hand, for what no client would send.

Headers go as literals without indexing and without Huffman's code, which every peer understands and no table changes.
"""
import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
CANCEL = 8
MAX_FRAME = 16384


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _integer(value, prefix_bits, first):
    limit = (1 << prefix_bits) - 1
    if value < limit:
        return bytes([first | value])
    out, value = bytes([first | limit]), value - limit
    while value >= 128:
        out, value = out + bytes([value % 128 | 128]), value // 128
    return out + bytes([value])


def literal(name, value):
    """One header of a block."""
    name, value = (text if isinstance(text, bytes) else text.encode() for text in (name, value))
    return b"\x00" + _integer(len(name), 7, 0) + name + _integer(len(value), 7, 0) + value


def grpc_headers(path, *more, timeout=None):
    block = b"".join(
        literal(name, value)
        for name, value in (
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "test"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
        )
    )
    if timeout is not None:
        block += literal("grpc-timeout", timeout)
    return block + b"".join(literal(name, value) for name, value in more)


def grpc_message(payload, flag=0):
    return struct.pack(">BI", flag, len(payload)) + payload


class Connection:
    """A connection that has said the preface. Everything it is told can be read by `frames`."""

    def __init__(self, address, preface=True, timeout=20):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self._received = b""
        if preface:
            self.send(PREFACE + frame(SETTINGS, 0, 0) + frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 24)))

    def send(self, data):
        self.socket.sendall(data)

    def headers(self, stream, block, end_stream=False):
        """A block of any size: what does not fit goes on in CONTINUATIONs."""
        parts = [block[at : at + MAX_FRAME] for at in range(0, len(block), MAX_FRAME)]
        for i, part in enumerate(parts):
            flags = (END_HEADERS if i == len(parts) - 1 else 0) | (END_STREAM if end_stream and i == 0 else 0)
            self.send(frame(HEADERS if i == 0 else CONTINUATION, flags, stream, part))

    def data(self, stream, payload, end_stream=True):
        for at in range(0, max(len(payload), 1), MAX_FRAME):
            is_last = at + MAX_FRAME >= len(payload)
            self.send(frame(DATA, END_STREAM if end_stream and is_last else 0, stream, payload[at : at + MAX_FRAME]))

    def frames(self):
        """(kind, flags, stream, payload) until the server closes the connection; settings and pings are answered."""
        while True:
            while len(self._received) < 9 or len(self._received) < 9 + int.from_bytes(self._received[:3], "big"):
                try:
                    more = self.socket.recv(1 << 16)
                except ConnectionError:
                    return
                if not more:
                    return
                self._received += more
            size = int.from_bytes(self._received[:3], "big")
            kind, flags, stream = struct.unpack(">BBI", self._received[3:9])
            payload, self._received = self._received[9 : 9 + size], self._received[9 + size :]
            try:
                if kind == SETTINGS and not flags & ACK:
                    self.send(frame(SETTINGS, ACK, 0))
                elif kind == PING and not flags & ACK:
                    self.send(frame(PING, ACK, 0, payload))
            except ConnectionError:
                pass  # It has closed; what it said before can still be read.
            yield kind, flags, stream & 0x7FFFFFFF, payload

    def end_of(self, stream):
        """What the stream's last frame was, and all bytes of its headers: "trailers", "reset", "goaway" or "closed"."""
        headers = b""
        for kind, flags, where, payload in self.frames():
            if kind == GOAWAY:
                return "goaway", payload[8:]
            if where != stream:
                continue
            if kind == RST_STREAM:
                return "reset", headers
            if kind == HEADERS:
                headers += payload
                if flags & END_STREAM:
                    return "trailers", headers
        return "closed", headers

    def call(self, stream, path, payload, *more, timeout=None, flag=0):
        self.headers(stream, grpc_headers(path, *more, timeout=timeout))
        self.data(stream, grpc_message(payload, flag))
        return self.end_of(stream)

    def ping(self):
        """Returns when the server has read all that was sent."""
        self.send(frame(PING, 0, 0, b"are-you?"))
        for kind, flags, _, _ in self.frames():
            if kind == PING and flags & ACK:
                return
        raise AssertionError("the server closed the connection")

    def reset(self):
        """Closes with a TCP RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
