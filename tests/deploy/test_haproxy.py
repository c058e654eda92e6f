"""HAProxy, as configured in deploy/haproxy, spreads calls over two servers and does without one that stops."""

import collections
import contextlib
import os
import pathlib
import socket
import subprocess

import moduled
import numpy as np
import pytest
import servers

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MODELS = REPOSITORY / "deploy/models"
CONFIGURATION = REPOSITORY / "deploy/haproxy/haproxy.cfg"
CALLS = 20


@contextlib.contextmanager
def haproxy(first: str, second: str):
    """HAProxy in front of two addresses, on a socket that is open already: no port to guess, no start to wait for."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        environment = {"MODULED_BIND": f"fd@{listener.fileno()}", "MODULED_1": first, "MODULED_2": second}
        process = subprocess.Popen(
            ["haproxy", "-db", "-f", CONFIGURATION],
            env={**os.environ, **environment},
            pass_fds=[listener.fileno()],
        )
        try:
            yield "127.0.0.1:%d" % listener.getsockname()[1]
        finally:
            process.terminate()
            process.wait()


def replicas_that_answer(client: moduled.Client) -> collections.Counter:
    """Which replica ran each of a number of calls, by the events of a hook on the root."""
    picture = np.zeros((1, 1, 28, 28), np.float32)
    results = [client.forward("fashion_mnist", picture, hooks="") for _ in range(CALLS)]
    return collections.Counter(result.events[0].replica for result in results)


@pytest.fixture
def two_replicas():
    with servers.serving(MODELS, "--replica-id", "first") as first:
        with servers.serving(MODELS, "--replica-id", "second") as second:
            yield first, second


def test_calls_over_one_connection_are_spread_over_both_servers(two_replicas):
    first, second = two_replicas
    with haproxy(first.address, second.address) as address:
        answers = replicas_that_answer(moduled.Client(address))
    # One call at a time finds both idle: they take turns.
    assert answers == {"first": CALLS // 2, "second": CALLS // 2}


def test_one_server_carries_on_when_the_other_is_stopped(two_replicas):
    first, second = two_replicas
    with haproxy(first.address, second.address) as address:
        client = moduled.Client(address)
        both = replicas_that_answer(client)
        assert first.terminate() == 0
        left = replicas_that_answer(client)
    assert both.keys() == {"first", "second"}
    assert left == {"second": CALLS}


def test_a_subscription_goes_through_the_proxy(two_replicas):
    first, second = two_replicas
    with haproxy(first.address, second.address) as address:
        client = moduled.Client(address)
        with client.subscribe("fashion_mnist", "stem.conv", timeout=60) as events:
            # A subscription sees the calls of its own replica, and half of these reach it.
            replicas_that_answer(client)
            assert next(events).path == "stem.conv"
