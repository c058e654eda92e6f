"""What PyTorch's own hooks see of a forward and a backward, and what they change."""
import collections
import dataclasses
from typing import Any

import torch
from values import plain, tensor_map


@dataclasses.dataclass
class Seen:
    """One call of one hook. `values` are what the hook was given: (args, output), or (grad_input, grad_output)."""

    kind: str
    path: str
    call_index: int
    values: Any


class _BackwardPre(torch.autograd.Function):
    """torch 2.0's full_backward_pre_hook for older ones: an identity that calls `hook` with its gradients.

    As in torch's own function, a result that nothing uses has a gradient of zeros.
    """

    @staticmethod
    def forward(context, hook, *tensors):
        context.hook = hook
        return tuple(tensor.view_as(tensor) for tensor in tensors)

    @staticmethod
    def backward(context, *gradients):
        return None, *(context.hook(gradients) or gradients)


class Recorder:
    """Registers hooks on modules and collects what they see, in firing order.

    `edits` are {(kind, path): function from the values that the hook may change, a tuple, to those in their place}.
    """

    def __init__(self, root, kinds, edits=None):
        self.seen = []
        self._edits = edits or {}
        self._calls = collections.Counter()
        self._backwards = collections.Counter()
        for path, module in root.named_modules():
            if "forward_pre" in kinds:
                module.register_forward_pre_hook(self._forward_pre(path))
            module.register_forward_hook(self._forward(path, "forward" in kinds))
            if "tensor_grad" in kinds:
                module.register_forward_hook(self._tensor_grad(path))
            if "full_backward_pre" in kinds:
                module.register_forward_hook(self._full_backward_pre(path))
            if "full_backward" in kinds:
                module.register_full_backward_hook(self._full_backward(path))
        if "tensor_grad" in kinds:
            for path, parameter in root.named_parameters():
                self.watch(path, parameter)

    def watch(self, path, tensor, call_index=0):
        """Registers a hook on a tensor."""
        tensor.register_hook(lambda gradient: _only(self._see("tensor_grad", path, call_index, (gradient,))))

    def _see(self, kind, path, call_index, changeable, others=()):
        """Records the values, and answers those in the place of `changeable` if there is an edit."""
        edit = self._edits.get((kind, path))
        changed = None if edit is None else edit(changeable)
        shown = changeable if changed is None else changed
        self.seen.append(Seen(kind, path, call_index, _copies((shown, *others))))
        return changed

    def _forward_pre(self, path):
        return lambda module, args: self._see("forward_pre", path, self._calls[path], args)

    def _forward(self, path, is_seen):
        def hook(module, args, output):
            self._calls[path] += 1
            if is_seen:
                is_tuple = isinstance(output, tuple)
                changed = self._see(
                    "forward", path, self._calls[path] - 1, output if is_tuple else (output,), (args,)
                )
                return changed if changed is None or is_tuple else changed[0]

        return hook

    def _tensor_grad(self, path):
        def hook(module, args, output):
            for tensor in output if isinstance(output, tuple) else (output,):
                self.watch(path, tensor, self._calls[path] - 1)

        return hook

    def _full_backward_pre(self, path):
        def hook(module, args, output):
            call_index = self._calls[path] - 1
            is_tuple = isinstance(output, tuple)
            marked = _BackwardPre.apply(
                lambda gradients: self._see("full_backward_pre", path, call_index, gradients),
                *(output if is_tuple else (output,)),
            )
            return marked if is_tuple else marked[0]

        return hook

    def _full_backward(self, path):
        def hook(module, grad_input, grad_output):
            self._backwards[path] += 1  # The last call comes first.
            call_index = self._calls[path] - self._backwards[path]
            return self._see("full_backward", path, call_index, grad_input, (grad_output,))

        return hook


def _only(values):
    return None if values is None else values[0]


def _copies(values):
    return plain(tensor_map(lambda tensor: tensor.detach().clone(), values))
