"""The processes of a measurement: servers, the client that loads them, and the engine without a server."""
import contextlib
import pathlib
import tempfile
from typing import NamedTuple

import grpc
import servers
from comparison.engines import ENGINES, OURS, Places, environment
from comparison.worker import Worker
from moduled.v1 import inference_pb2, tensor_pb2

from . import models

FORWARD = "/moduled.v1.Inference/Forward"
HEALTH = "/grpc.health.v1.Health/Check"
# A call alone, the first one too: it only bounds how long a hang goes unnoticed.
_ANSWER_SECONDS = 120


class Settings(NamedTuple):
    build: pathlib.Path
    folder: pathlib.Path
    rounds: int = 7
    turn_seconds: float = 1.0
    warmup_seconds: float = 0.2
    overload_seconds: float = 60.0
    rest_seconds: float = 30.0  # After the overload, for memory to come back.
    reloads: int = 200


class Request(NamedTuple):
    """The bytes of a message, in a file for the client."""

    file: pathlib.Path
    reply_bytes: int  # Of the model's answer to it.


class Stage:
    """Starts processes and ends them all; holds their files."""

    def __init__(self, settings: Settings):
        self.settings = settings

    def __enter__(self):
        self._stack = contextlib.ExitStack()
        self.folder = pathlib.Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        return self

    def __exit__(self, *_):
        self._stack.close()

    def moduled(self, names, *options, config="", command=(), repository=None):
        """A server of these models."""
        if repository is None:
            repository = self.repository(names, config)
        return self._stack.enter_context(servers.Server([
            *command, self.settings.build / "server/moduled", "--repository", repository, "--listen", "127.0.0.1:0", "--http", "",
            "--cache", self.settings.folder / "serving/algorithms", *options,
        ]))

    def repository(self, names, config=""):
        return models.repository(self.folder, [models.exported(self.settings.folder, name) for name in names], config)

    def echo(self, request: Request):
        program = self._program("serving_echo")
        return self._stack.enter_context(servers.Server([program, "--reply-bytes", str(request.reply_bytes)]))

    def client(self):
        return Client(self._stack.enter_context(Worker([self._program("serving_load")])), self.settings)

    def engine(self, name, rows, threads):
        """A worker that has loaded the model and made its plan for so many rows."""
        ours = next(engine for engine in ENGINES if engine.name == OURS)
        places = Places(self.settings.build, pathlib.Path())
        variables = environment(ours, places, threads, "short")
        worker = self._stack.enter_context(Worker(ours.command(places), variables))
        example = models.input_of(name, rows)
        file = self._file(f"{name}_{rows}_input", example.tobytes())
        worker.ask("load", model=str(models.exported(self.settings.folder, name) / "1"), input=str(file),
                   shape=list(example.shape), threads=threads, precision="default")
        return worker

    def request(self, name, rows, server):
        """A call of a model, answered by this server once."""
        payload = call_bytes(name, rows)
        (reply,) = answers(server, payload, times=1)
        return Request(self._file(f"{name}_{rows}_request", payload), len(reply))

    def _program(self, name):
        return self.settings.build / "tests/bench/service/programs" / name

    def _file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path


def call_bytes(name, rows):
    """A call of a model, on the wire."""
    example = models.input_of(name, rows)
    message = inference_pb2.ForwardRequest()
    message.model.name = name
    tensor = message.inputs.add().tensor
    tensor.dtype = tensor_pb2.FLOAT32
    tensor.shape.extend(example.shape)
    tensor.data = example.tobytes()
    return message.SerializeToString()


def answers(server, payload, times):
    """What the server answers to so many calls, one after the other."""
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(server.address, unlimited) as channel:
        forward = channel.unary_unary(FORWARD)
        return [forward(payload, timeout=_ANSWER_SECONDS) for _ in range(times)]


class Client:
    """Loads servers, one at a time."""

    def __init__(self, worker, settings):
        self._worker = worker
        self._settings = settings

    def measure(self, server, request, seconds=None, method=FORWARD, warmup=None, timeout=60.0, **load):
        """`load` is calls=, or rate= and most=. The reply of load_worker.cc, with `rate`, the answers a second."""
        warmup = self._settings.warmup_seconds if warmup is None else warmup
        return _with_rate(self._worker.ask(
            "measure", seconds=seconds or self._settings.turn_seconds, warmup=warmup,
            **_target(server, request, method, timeout), **load,
        ))

    @contextlib.contextmanager
    def loading(self, server, request, calls):
        """A load while something else is done. The answer's dict is filled in at the end."""
        self._worker.ask("start", calls=calls, **_target(server, request, FORWARD, _ANSWER_SECONDS))
        measured = {}
        try:
            yield measured
        finally:
            measured.update(_with_rate(self._worker.ask("stop")))


def _target(server, request, method, timeout):
    return {"address": server.address, "method": method, "request": str(request.file) if request else "",
            "timeout": timeout}


def _with_rate(measured):
    return {**measured, "rate": measured["answered"] / measured["seconds"]}
