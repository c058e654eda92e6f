"""New versions of a model while it is called: no call may notice, and nothing of the old ones may stay."""
import os
import shutil

import moduled
from comparison import machine

from .finding import Finding
from .processes import Stage

_MODEL = "lenet"
_CALLS = 4
_FIRST = 10  # Reloads after which memory is what it should stay.
_MEMORY = 1.05


def reloads(settings):
    with Stage(settings) as stage:
        repository = stage.repository([_MODEL])
        server = stage.moduled([], repository=repository)
        request, client = stage.request(_MODEL, 1, server), stage.client()
        memory, versions = [], []
        with client.loading(server, request, calls=_CALLS) as under, moduled.Client(server.address) as admin:
            for number in range(settings.reloads):
                _add_version(repository / _MODEL, number + 2)
                versions.append(_load(admin))
                memory.append(machine.memory(server.pid))
    first = memory[min(_FIRST, len(memory)) - 1]
    growth = memory[-1] / first
    served = versions == [str(number + 2) for number in range(settings.reloads)]
    failed = sum(under["errors"].values())
    return Finding(
        "reloads", f"{settings.reloads} reloads under load: failed calls, memory at the end over that after {_FIRST}",
        f"{failed} of {failed + under['answered']}, {growth:.3f}" + ("" if served else "; a version was not served"),
        f"0, <= {_MEMORY}", failed == 0 and growth <= _MEMORY and served,
        {"under_load": under, "memory": memory, "versions": versions},
    )


def _add_version(model, number):
    """The same files under the next number, complete when they appear; versions long gone are removed."""
    unfinished = model / f".{number}"
    shutil.copytree(model / str(number - 1), unfinished, copy_function=os.link)
    os.rename(unfinished, model / str(number))
    shutil.rmtree(model / str(number - 2), ignore_errors=True)


def _load(admin):
    """The number of the version that is served."""
    return admin.load_model(_MODEL)[1]
