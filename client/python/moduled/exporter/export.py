"""moduled.export: describes a module and writes it as a version of a repository."""
import errno
import os
import shutil
import tempfile
import warnings

import google.protobuf.text_format as text_format

from .describe import describe, refuse_hidden_behaviour
from .graphs import trace_composites
from .lazy import resolve
from .record import record
from .signature import bind, computed, describe_signature
from .tracer import Site
from .weights import write_weights


def export(module, directory, *, name, example_inputs, version=None):
    """Writes `module` to <directory>/<name>/<version>/ and returns that path. Documented at moduled.export."""
    _check_name(name)
    if module.training:
        message = "the module is in training mode and will be served so; call eval() to serve it as it is evaluated"
        warnings.warn(message, stacklevel=3)  # The line that called moduled.export.
    description = describe_module(module, example_inputs)
    parent = os.path.join(directory, name)
    os.makedirs(parent, exist_ok=True)
    # A server that looks meanwhile ignores what is not named by a number.
    temporary = tempfile.mkdtemp(dir=parent, prefix=".exporting-")
    try:
        os.chmod(temporary, 0o755)
        write_weights(module, os.path.join(temporary, "model.safetensors"))
        with open(os.path.join(temporary, "module.pbtxt"), "w", encoding="utf-8") as file:
            file.write("# proto-file: moduled/v1/module.proto\n# proto-message: moduled.v1.ModuleDescription\n")
            file.write(text_format.MessageToString(description, as_utf8=True, use_short_repeated_primitives=True))
        return _publish(temporary, parent, version)
    except BaseException:
        shutil.rmtree(temporary)
        raise


def describe_module(module, example_inputs):
    """The ModuleDescription of `module` as it is: what its forward does depends on its mode."""
    args, kwargs = bind(module, example_inputs)
    resolve(module, args, kwargs)
    for path, each in module.named_modules():
        refuse_hidden_behaviour(path, each)
    call = record(module, args, kwargs)
    paths = {each: path for path, each in module.named_modules()}
    graphs = trace_composites(paths, Site(call, *computed(args, kwargs)))
    description = describe(module, graphs)
    describe_signature(module, call, description.signature)
    return description


def _check_name(name):
    if not name or name.startswith(".") or "/" in name or "\\" in name:
        raise ValueError(f"name: a model's name is the name of a folder (got {name!r})")


def _publish(temporary, parent, version):
    """Renames a finished folder to its version: the given one, or the next number that is free."""
    while True:
        number = version if version is not None else _next_version(parent)
        path = os.path.join(parent, str(number))
        try:
            os.rename(temporary, path)
            return path
        except OSError as error:
            taken = error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)
            if not taken:
                raise
            if version is not None:
                raise FileExistsError(f"{path}: the version exists, and versions do not change") from error


def _next_version(parent):
    numbers = [int(entry) for entry in os.listdir(parent) if entry.isascii() and entry.isdigit()]
    return max(numbers, default=0) + 1
