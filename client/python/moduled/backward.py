"""Backward passes: what is differentiated, and what comes back."""
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, List, Optional, Sequence

from moduled.v1 import inference_pb2

from .hooks import Event, Unfired
from .results import ModelVersion
from .tensors import dict_from_wire, tensor_from_wire, value_from_wire, value_to_wire


@dataclass(frozen=True)
class Loss:
    """A loss layer of the tree, called with an output of the model and the targets."""

    path: str  # The layer's path.
    targets: Sequence[Any]  # Its further positional arguments; one may be given by itself.
    output: Optional[int] = None  # Which tensor of the output, in order of a walk; the output as it is if not given.

    def to_wire(self):
        message = inference_pb2.LossLayer(path=self.path, output=self.output)
        targets = self.targets if isinstance(self.targets, (tuple, list)) else (self.targets,)
        for target in targets:
            value_to_wire(target, message.targets.add())
        return message


@dataclass(frozen=True)
class BackwardResult:
    """What the module returned, the gradients, and what the hooks saw."""

    outputs: Any
    loss: Any  # What the loss layer returned; None without one.
    grad_inputs: tuple  # Like the inputs; None where there is no gradient.
    grad_kwargs: dict  # The same for keyword arguments.
    grad_parameters: "OrderedDict[str, Any]"  # In named_parameters' order; None where no gradient reached it.
    events: List[Event]  # In firing order.
    unfired: List[Unfired]
    model: ModelVersion
    request_id: str

    @staticmethod
    def from_wire(response):
        return BackwardResult(
            outputs=value_from_wire(response.output),
            loss=tensor_from_wire(response.loss) if response.HasField("loss") else None,
            grad_inputs=tuple(value_from_wire(value) for value in response.grad_inputs),
            grad_kwargs=dict_from_wire(response.grad_kwargs),
            grad_parameters=OrderedDict(
                (each.name, tensor_from_wire(each.grad) if each.HasField("grad") else None)
                for each in response.grad_parameters
            ),
            events=[Event.from_wire(event) for event in response.events],
            unfired=[Unfired.from_wire(unfired) for unfired in response.unfired],
            model=ModelVersion(response.model.name, response.model.version),
            request_id=response.request_id,
        )


def set_objective(request, grad_outputs, class_index, loss, output):
    """Fills in what is differentiated: at most one of the three."""
    objectives = {"grad_outputs": grad_outputs, "class_index": class_index, "loss": loss}
    given = [name for name, value in objectives.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"only one thing can be differentiated (got {' and '.join(given)})")
    if output is not None and class_index is None and loss != "sum":
        raise ValueError('output: only class_index and loss="sum" take one (a moduled.Loss has its own)')
    if grad_outputs is not None:
        values = grad_outputs if isinstance(grad_outputs, tuple) else (grad_outputs,)
        request.grad_outputs.SetInParent()
        for value in values:
            value_to_wire(value, request.grad_outputs.values.add())
    elif class_index is not None:
        indices = class_index if hasattr(class_index, "__iter__") else (class_index,)
        request.class_index.indices.extend(int(index) for index in indices)
        if output is not None:
            request.class_index.output = output
        request.class_index.SetInParent()
    elif isinstance(loss, Loss):
        request.loss.CopyFrom(loss.to_wire())
    elif loss == "sum":
        request.sum.SetInParent()
        if output is not None:
            request.sum.output = output
    elif loss is not None:
        raise ValueError(f'loss: want "sum" or a moduled.Loss (got {loss!r})')
