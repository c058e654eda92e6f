"""What the client's calls return."""
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, List, NamedTuple, Optional, Tuple

import numpy as np

from . import dtypes


class ModelVersion(NamedTuple):
    """A model and one of its versions."""

    name: str
    version: str


class ModelStatus(NamedTuple):
    """One version of a model in the repository. `state` is "ready", "loading", "unloading" or "unavailable"."""

    name: str
    version: str
    state: str
    reason: str


@dataclass(frozen=True)
class ModelDescription:
    """One model version as a whole. `description` is the moduled.v1.ModuleDescription, the signature included."""

    name: str
    version: str
    description: Any
    repr: str
    parameter_count: int
    parameter_bytes: int


@dataclass(frozen=True)
class ModuleInfo:
    """One module. `path` is its full dotted path. `repr` is known where one module was asked for."""

    path: str
    type: str
    extra_repr: str
    training: bool
    parameter_count: int
    children: Tuple[str, ...]
    repr: Optional[str] = None

    @staticmethod
    def from_wire(info, printed=None):
        return ModuleInfo(
            info.path, info.type, info.extra_repr, info.training, info.parameter_count, tuple(info.children), printed
        )


@dataclass(frozen=True)
class ParameterInfo:
    """One parameter, without its elements."""

    shape: Tuple[int, ...]
    dtype: np.dtype
    requires_grad: bool

    @staticmethod
    def from_wire(info):
        return ParameterInfo(tuple(info.tensor.shape), dtypes.from_wire(info.tensor.dtype), info.requires_grad)


@dataclass(frozen=True)
class BufferInfo:
    """One buffer, without its elements."""

    shape: Tuple[int, ...]
    dtype: np.dtype
    persistent: bool

    @staticmethod
    def from_wire(info):
        return BufferInfo(tuple(info.tensor.shape), dtypes.from_wire(info.tensor.dtype), info.persistent)


class StateDict(OrderedDict):
    """{key: array} in the state_dict's order. `_metadata` is {module path: {"version": n}}, as PyTorch has it."""

    def __init__(self, *items, **named):
        super().__init__(*items, **named)
        self._metadata = OrderedDict()


class IncompatibleKeys(NamedTuple):
    """What load_state_dict returns: torch's lists, and the version that was written."""

    missing_keys: List[str]
    unexpected_keys: List[str]
    model: ModelVersion

    def __repr__(self):
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


@dataclass(frozen=True)
class ForwardResult:
    """What a call returned (`outputs`) and what its hooks saw, in firing order (`events`), or why not (`unfired`)."""

    outputs: Any
    events: list
    unfired: list
    model: ModelVersion
    request_id: str


class SubscriptionInfo(NamedTuple):
    """An open subscription of a server."""

    id: str
    model: ModelVersion
    hooks: list
    delivered: int
    dropped: int
    queued: int
