"""Hooks and what they saw."""
from dataclasses import dataclass
from typing import Any, Optional

from moduled.v1 import hooks_pb2

from .tensors import dict_from_wire, value_from_wire

_KINDS = {
    name.lower(): number for name, number in hooks_pb2.HookKind.items() if number != hooks_pb2.HOOK_KIND_UNSPECIFIED
}
_SELECTORS = tuple(field.name for field in hooks_pb2.Hook.DESCRIPTOR.oneofs_by_name["selector"].fields)


@dataclass(frozen=True)
class Hook:
    """Which modules to watch, and when.

    `selector` is the exact path of a module ("" is the root), or a glob if it has `*` or `?`: they match within a name,
    `**` matches across names. `by` says otherwise: "path", "glob", "regex" (RE2, the whole path) or "type" (the class's
    name). `kind` is "forward" or "forward_pre".
    """

    selector: str
    kind: str = "forward"
    by: Optional[str] = None

    def __post_init__(self):
        if self.kind not in _KINDS:
            raise ValueError(f"kind: unknown kind of hook (got {self.kind!r}, want one of {', '.join(_KINDS)})")
        if self.by not in (None, *_SELECTORS):
            raise ValueError(f"by: unknown kind of selector (got {self.by!r}, want one of {', '.join(_SELECTORS)})")

    def to_wire(self):
        by = self.by or ("glob" if set("*?") & set(self.selector) else "path")
        return hooks_pb2.Hook(kind=_KINDS[self.kind], **{by: self.selector})

    @staticmethod
    def from_wire(hook):
        by = hook.WhichOneof("selector")
        kind = hook.kind or hooks_pb2.FORWARD
        return Hook(getattr(hook, by) if by else "", hooks_pb2.HookKind.Name(kind).lower(), by)


def hooks_to_wire(hooks):
    """Wire messages of a hook, a selector, or a list of either."""
    if isinstance(hooks, (str, Hook)):
        hooks = [hooks]
    return [(Hook(hook) if isinstance(hook, str) else hook).to_wire() for hook in hooks or ()]


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
    kind: str  # "forward" or "forward_pre".
    call_index: int  # How many times the module had been called before in this request.
    inputs: tuple  # The positional arguments.
    kwargs: dict  # The keyword arguments.
    output: Any  # The result; None before forward.
    sequence: int  # Counts the events of a stream from 0, dropped ones too.
    dropped: int  # How many events were dropped since the one before this.
    grad_input: Any = None  # Of backward hooks.
    grad_output: Any = None  # Of backward hooks.

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
