"""A worker process, driven by lines: one JSON object asks, one answers (workers/line_protocol.h)."""
import json
import os
import selectors
import subprocess

from . import machine


class WorkerError(Exception):
    """What the worker answered in place of a result, or how it ended."""


class Worker:
    # Far longer than any request takes, loading and planning included: it only bounds how long a hang goes unnoticed.
    ANSWER_SECONDS = 900

    def __init__(self, command, environment=None):
        self._process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
            env={**os.environ, **(environment or {})},
        )
        self._name = str(command[0]).rpartition("/")[2]
        self._unread = b""

    @property
    def pid(self):
        return self._process.pid

    def ask(self, do, **fields):
        """The reply, when the worker sleeps again: what its threads do after it is part of its turn."""
        line = json.dumps({"do": do, **fields}).encode() + b"\n"
        try:
            self._process.stdin.write(line)
        except BrokenPipeError:
            raise WorkerError(self._how_it_ended()) from None
        reply = json.loads(self._read_line())
        if "error" in reply:
            raise WorkerError(reply["error"])
        machine.wait_until_asleep(self.pid)
        return reply

    def close(self):
        """Ends the worker: by the end of its input, or, if it does not take it, by force."""
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _read_line(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not selector.select(self.ANSWER_SECONDS):
                    raise WorkerError(f"{self._name} did not answer within {self.ANSWER_SECONDS} s")
                part = os.read(self._process.stdout.fileno(), 1 << 20)
                if not part:
                    raise WorkerError(self._how_it_ended())
                self._unread += part
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _how_it_ended(self):
        return f"{self._name} ended with exit status {self._process.wait(self.ANSWER_SECONDS)}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
