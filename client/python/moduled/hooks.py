"""Hooks and what they saw."""
from dataclasses import dataclass
from typing import Any, Optional

from moduled.v1 import hooks_pb2

from .edits import as_list
from .tensors import dict_from_wire, value_from_wire

_KINDS = {
    name.lower(): number for name, number in hooks_pb2.HookKind.items() if number != hooks_pb2.HOOK_KIND_UNSPECIFIED
}
_BACKWARD = (hooks_pb2.FULL_BACKWARD_PRE, hooks_pb2.FULL_BACKWARD, hooks_pb2.TENSOR_GRAD)
_SELECTORS = tuple(field.name for field in hooks_pb2.Hook.DESCRIPTOR.oneofs_by_name["selector"].fields)


@dataclass(frozen=True)
class Hook:
    """Which modules to watch, when, and what to make of what is seen.

    `selector` is the exact path of a module ("" is the root), or a glob if it has `*` or `?`: they match within a name,
    `**` matches across names. A colon means function nodes: "layer1.0:add". For kind "tensor_grad" it may also be a
    parameter's name, or "input:NAME". `by` says otherwise: "path", "glob", "regex" (RE2, the whole path) or "type" (the
    class's name).

    `kind` is "forward", "forward_pre", "full_backward", "full_backward_pre" or "tensor_grad". `edit` is an edit or a
    list of them (moduled.Replace, Scale, Add, Zero, Clamp, Select): in requests only. `transform` is a step or a list of
    them (moduled.Slice, Reduce, Cast), applied on the server to the values that travel. `call_index` means one call of
    each module alone. `legacy` makes a full_backward hook show what torch's deprecated register_backward_hook shows.
    """

    selector: str
    kind: str = "forward"
    by: Optional[str] = None
    edit: Any = None
    transform: Any = None
    call_index: Optional[int] = None
    legacy: bool = False

    def __post_init__(self):
        if self.kind not in _KINDS:
            raise ValueError(f"kind: unknown kind of hook (got {self.kind!r}, want one of {', '.join(_KINDS)})")
        if self.by not in (None, *_SELECTORS):
            raise ValueError(f"by: unknown kind of selector (got {self.by!r}, want one of {', '.join(_SELECTORS)})")

    def to_wire(self):
        by = self.by or ("glob" if set("*?") & set(self.selector) else "path")
        return hooks_pb2.Hook(
            kind=_KINDS[self.kind],
            transform=[step.to_wire() for step in as_list(self.transform)],
            edits=[edit.to_wire() for edit in as_list(self.edit)],
            call_index=self.call_index,
            legacy=self.legacy,
            **{by: self.selector},
        )

    @staticmethod
    def from_wire(hook):
        by = hook.WhichOneof("selector")
        kind = hook.kind or hooks_pb2.FORWARD
        return Hook(
            getattr(hook, by) if by else "",
            hooks_pb2.HookKind.Name(kind).lower(),
            by,
            call_index=hook.call_index if hook.HasField("call_index") else None,
            legacy=hook.legacy,
        )


def hooks_to_wire(hooks):
    """Wire messages of a hook, a selector, or a list of either."""
    if isinstance(hooks, (str, Hook)):
        hooks = [hooks]
    return [(Hook(hook) if isinstance(hook, str) else hook).to_wire() for hook in hooks or ()]


def _gradients(values):
    return tuple(value_from_wire(value) for value in values)


@dataclass(frozen=True)
class Event:
    """What a hook saw in one call of one module."""

    model: str  # The model's name.
    version: str  # The version that ran.
    replica: str  # The server that ran it.
    request_id: str  # The request that it ran for.
    path: str  # The module: for a shared one its first name.
    called_as: str  # The name that it was called by.
    type: str  # The class's name.
    kind: str  # As Hook.kind.
    call_index: int  # How many times the module had been called before in this request.
    inputs: tuple  # The positional arguments. Of forward hooks, as kwargs and output.
    kwargs: dict  # The keyword arguments.
    output: Any  # The result; None before forward.
    sequence: int  # Counts the events of a stream from 0, dropped ones too.
    dropped: int  # How many events were dropped since the one before this.
    grad_input: Optional[tuple] = None  # Of "full_backward": one for each argument, None where there is no gradient.
    grad_output: Optional[tuple] = None  # Of backward hooks: one for each result; of "tensor_grad" the gradient alone.

    @staticmethod
    def from_wire(event):
        return Event(
            model=event.model.name,
            version=event.model.version,
            replica=event.replica,
            request_id=event.request_id,
            path=event.path,
            called_as=event.called_as,
            type=event.type,
            kind=hooks_pb2.HookKind.Name(event.kind).lower(),
            call_index=event.call_index,
            inputs=tuple(value_from_wire(value) for value in event.inputs),
            kwargs=dict_from_wire(event.kwargs),
            output=value_from_wire(event.output) if event.HasField("output") else None,
            sequence=event.sequence,
            dropped=event.dropped,
            grad_input=_gradients(event.grad_input) if event.kind == hooks_pb2.FULL_BACKWARD else None,
            grad_output=_gradients(event.grad_output) if event.kind in _BACKWARD else None,
        )


@dataclass(frozen=True)
class Unfired:
    """A selected hook that did not fire."""

    hook: Hook  # The hook.
    path: str  # The module that it selected, if any.
    reason: str  # Why it did not fire.

    @staticmethod
    def from_wire(unfired):
        return Unfired(Hook.from_wire(unfired.hook), unfired.path, unfired.reason)
