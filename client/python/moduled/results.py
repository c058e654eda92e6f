"""What the client's calls return."""
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, List, NamedTuple, Optional, Tuple

import numpy as np

from moduled.v1 import introspection_pb2, model_config_pb2

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
    precision: str  # That it computes with: "exact", "default" or "fast".
    deviation: Optional[float]  # Of "fast" outputs from "exact" ones, relative to the largest, on the example.


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


@dataclass(frozen=True)
class SummaryRow:
    """One call of one module, or a module that the forward does not call. See SummaryRow in introspection.proto."""

    path: str
    called_as: str
    type: str
    depth: int
    call_index: int
    called: bool
    leaf: bool
    inputs: Tuple[Tuple[str, np.dtype, Tuple[int, ...]], ...]  # Where each tensor stands, its type and shape.
    outputs: Tuple[Tuple[str, np.dtype, Tuple[int, ...]], ...]
    own_parameters: int
    total_parameters: int
    trainable_parameters: int
    mult_adds: int
    activation_bytes: int
    kernel_shape: Tuple[int, ...]
    recursive: bool
    dtype: Optional[np.dtype]
    error: str

    @staticmethod
    def from_wire(row):
        def tensors(messages):
            return tuple(
                (each.name, dtypes.from_wire(each.tensor.dtype), tuple(each.tensor.shape)) for each in messages
            )

        return SummaryRow(
            row.path,
            row.called_as,
            row.type,
            row.depth,
            row.call_index,
            row.called,
            row.leaf,
            tensors(row.inputs),
            tensors(row.outputs),
            row.own_parameters,
            row.total_parameters,
            row.trainable_parameters,
            row.mult_adds,
            row.activation_bytes,
            tuple(row.kernel_shape),
            row.recursive,
            dtypes.from_wire(row.dtype) if row.HasField("dtype") else None,
            row.error,
        )


class SummaryTotals(NamedTuple):
    """Of all modules, each parameter counted once. Sizes are in bytes."""

    parameters: int
    trainable_parameters: int
    mult_adds: int
    input_bytes: int
    activation_bytes: int
    parameter_bytes: int
    buffer_bytes: int


@dataclass(frozen=True)
class Summary:
    """What a forward goes through. `error` says why it fails, "" if it does not; the rows end there."""

    model: ModelVersion
    rows: List[SummaryRow]
    totals: SummaryTotals
    error: str


@dataclass(frozen=True)
class PlanStep:
    """One kernel of a plan. `seconds` is the median of its times, None where nothing was run."""

    op: str
    absorbed: Tuple[str, ...]  # Operators that it computes too.
    algorithm: str
    layout: str  # "plain" or "channels_last".
    path: str  # The module that it belongs to.
    outputs: Tuple[Tuple[np.dtype, Tuple[int, ...]], ...]
    scratch_bytes: int
    seconds: Optional[float]


@dataclass(frozen=True)
class Plan:
    """What a forward is made of, step by step. `seconds` is the sum of the steps'."""

    model: ModelVersion
    precision: str
    threads: int
    inputs: Tuple[Tuple[np.dtype, Tuple[int, ...]], ...]
    steps: List[PlanStep]
    arena_bytes: int  # Of all values inside of a run, placed over each other.
    result_bytes: int  # Of what a run hands out: outputs and observed values.
    runs: int
    seconds: Optional[float]

    @staticmethod
    def from_wire(plan):
        def types(messages):
            return tuple((dtypes.from_wire(each.dtype), tuple(each.shape)) for each in messages)

        def seconds(nanoseconds):
            return nanoseconds / 1e9 if plan.runs else None

        return Plan(
            ModelVersion(plan.model.name, plan.model.version),
            precision_name(plan.precision),
            plan.threads,
            types(plan.inputs),
            [
                PlanStep(
                    step.op,
                    tuple(step.absorbed),
                    step.algorithm,
                    "channels_last" if step.layout == introspection_pb2.PlanStep.CHANNELS_LAST else "plain",
                    step.path,
                    types(step.outputs),
                    step.scratch_bytes,
                    seconds(step.time_ns),
                )
                for step in plan.steps
            ],
            plan.arena_bytes,
            plan.result_bytes,
            plan.runs,
            seconds(plan.time_ns),
        )


def precision_name(precision):
    """The wire's ModelConfig.Precision in lower case; what is not said is the default."""
    return model_config_pb2.ModelConfig.Precision.Name(precision or model_config_pb2.ModelConfig.DEFAULT).lower()


class Visit(NamedTuple):
    """One visit of Client.apply: the names of what was changed of a module, "training" among them."""

    path: str
    type: str
    changed: List[str]


class ApplyResult(NamedTuple):
    """The version that was written, and the visits: children first, the module itself last."""

    model: ModelVersion
    visited: List[Visit]
