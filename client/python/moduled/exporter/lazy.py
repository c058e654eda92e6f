"""Lazy modules: what is described is what they become at their first forward."""
import torch
from torch.nn.modules.lazy import LazyModuleMixin

from .errors import ExportError


def resolve(module, args, kwargs):
    """Calls the module once where a lazy module below it has not learnt its shapes yet, as torch's own users do."""
    if not any(map(_is_unresolved, module.modules())):
        return
    modes = [(each, each.training) for each in module.modules()]
    module.eval()  # Only shapes are wanted: running statistics stay as they are.
    try:
        with torch.no_grad():
            module(*args, **kwargs)
    finally:
        for each, training in modes:
            each.training = training
    for path, each in module.named_modules():
        if _is_unresolved(each):
            name = type(each).__name__
            raise ExportError(path, f"the example inputs do not reach this {name}, which has no shapes yet")


def _is_unresolved(module):
    return isinstance(module, LazyModuleMixin) and module.has_uninitialized_params()
