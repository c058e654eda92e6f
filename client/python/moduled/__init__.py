"""moduled: a client of the model server that keeps the model open, and the exporter that feeds it from PyTorch.

    client = moduled.Client("localhost:8001")
    client.forward("resnet18", picture)                        what the module returns
    client.forward("resnet18", picture, hooks=["layer1.*"])    .outputs, .events, .unfired
    client.backward("resnet18", picture, class_index=3)        .grad_inputs, .grad_parameters
    client.state_dict("resnet18")                              an ordered dict of arrays
    moduled.export(module, "repository", name="mine", example_inputs=(x,))
"""
from . import functions
from .backward import BackwardResult, Loss
from .client import Client
from .dtypes import BFLOAT16, bfloat16_to_float32, float32_to_bfloat16
from .edits import Add, Cast, Clamp, Reduce, Replace, Scale, Select, Slice, Zero
from .errors import (
    CancelledError,
    DeadlineExceededError,
    Error,
    FailedPreconditionError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ResourceExhaustedError,
    UnauthenticatedError,
    UnavailableError,
)
from .exporter.errors import ExportError
from .hooks import Event, Hook

__all__ = [
    "Add",
    "BFLOAT16",
    "BackwardResult",
    "CancelledError",
    "Cast",
    "Clamp",
    "Client",
    "DeadlineExceededError",
    "Error",
    "Event",
    "ExportError",
    "FailedPreconditionError",
    "Hook",
    "InvalidArgumentError",
    "Loss",
    "NotFoundError",
    "PermissionDeniedError",
    "Reduce",
    "Replace",
    "ResourceExhaustedError",
    "Scale",
    "Select",
    "Slice",
    "UnauthenticatedError",
    "UnavailableError",
    "Zero",
    "bfloat16_to_float32",
    "export",
    "float32_to_bfloat16",
    "functions",
]


def export(module, directory, *, name, example_inputs, version=None):
    """Writes a PyTorch module to the repository `directory` as the next version of the model `name`.

    The version's folder holds module.pbtxt, the module tree with a graph for each composite, and model.safetensors. It
    appears when it is complete. Returns its path.

    `example_inputs` is what the module is called with once: a tensor, a tuple or list of positional arguments, or a dict
    of keyword arguments. The first extent of inputs with at least two is left free, and so is that of inputs with one,
    such as class indices, if it is the same; others are recorded as examples. `version` names the version in place of
    the next free number.

    The module is exported in the mode it is in: what forward does while training, `training` flags of functions
    included, is part of its graph. Nothing of the module changes. Named tuples travel as tuples.

    Raises moduled.ExportError for what a description cannot hold: it names the module, the line and the reason.
    """
    from .exporter.export import export as export_module  # Needs torch, which a client does not.

    return export_module(module, directory, name=name, example_inputs=example_inputs, version=version)
