"""Servers for the tests: processes on a port of the system's choice, ready when they say so, ended by SIGTERM."""

import os
import pathlib
import re
import subprocess
import threading

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MODELS = REPOSITORY / "deploy/models"
# Another build's server, a sanitised one for example, is tested with MODULED_BINARY.
MODULED = pathlib.Path(os.environ.get("MODULED_BINARY", REPOSITORY / "build/release/server/moduled"))
READY = re.compile(r"listening on (\S+:\d+)")
# Far more than a start takes, also on a busy machine: it only bounds how long a hung start goes unnoticed.
START_SECONDS = 120


class Server:
    """A running process that said `listening on ADDRESS` on its standard output."""

    def __init__(self, command: list):
        self.address = None
        self.output = []  # The lines of standard output and standard error so far.
        self._ready = threading.Event()
        self._said = threading.Condition()
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(START_SECONDS) or self.address is None:
            self.terminate()
            raise RuntimeError(f"{command} did not come up:\n" + "".join(self.output))

    def _read(self) -> None:
        for line in self._process.stdout:
            with self._said:
                self.output.append(line)
                self._said.notify_all()
            if self.address is None and (match := READY.search(line)):
                self.address = match[1]
                self._ready.set()
        self._ready.set()

    def wait_for_output(self, lines: int) -> None:
        """Returns when more than so many lines are there. They have to come."""
        with self._said:
            if not self._said.wait_for(lambda: len(self.output) > lines, START_SECONDS):
                raise RuntimeError("nothing more was said:\n" + "".join(self.output))

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> int:
        """The exit status of a process that is to end by itself, or was told to."""
        return self._process.wait(START_SECONDS)

    def terminate(self) -> int:
        """Asks the process to end as an orchestrator does, and returns its exit status."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            self._reader.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.terminate()


# What tests are not about, unless they say so: batches have plans of their own to wait for, and a port is one more that
# somebody may have.
DEFAULTS = {"--listen": "127.0.0.1:0", "--max-batch-size": "1", "--http": ""}


def command(models, *options) -> list:
    given = [str(option).split("=")[0] for option in options]
    defaults = [word for flag in DEFAULTS if flag not in given for word in (flag, DEFAULTS[flag])]
    return [MODULED, "--repository", models, *defaults, *options]


def serving(models, *options) -> Server:
    """moduled on a repository of models."""
    return Server(command(models, *options))


def failing(models, *options) -> subprocess.CompletedProcess:
    """moduled, which is to end by itself."""
    return subprocess.run(
        command(models, *options), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=START_SECONDS
    )
