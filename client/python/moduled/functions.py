"""The functions that Client.apply takes: what torch users pass to Module.apply, described instead of programmed.

Each makes an ApplyFunction. `type` is the class name of the modules that it is for (every one if not given); `names` are
the module's own tensors that it is for, e.g. ("weight",) (all of its parameters if not given).
"""
from dataclasses import dataclass
from typing import Any, Optional, Sequence

import numpy as np

from moduled.v1 import admin_pb2

from . import dtypes


@dataclass(frozen=True)
class ApplyFunction:
    """One function, as the wire has it."""

    message: Any

    def __repr__(self):
        return f"ApplyFunction({str(self.message).strip()!r})"


def _make(type: Optional[str], names: Sequence[str], **function):
    return ApplyFunction(admin_pb2.ApplyFunction(type=type or "", names=names, **function))


def uniform_(a=0.0, b=1.0, *, type=None, names=()):
    """torch.nn.init.uniform_."""
    return _make(type, names, uniform=admin_pb2.UniformInit(a=a, b=b))


def normal_(mean=0.0, std=1.0, *, type=None, names=()):
    """torch.nn.init.normal_."""
    return _make(type, names, normal=admin_pb2.NormalInit(mean=mean, std=std))


def constant_(val, *, type=None, names=()):
    """torch.nn.init.constant_."""
    return _make(type, names, constant=admin_pb2.ConstantInit(val=val))


def ones_(*, type=None, names=()):
    """torch.nn.init.ones_."""
    return _make(type, names, ones=admin_pb2.OnesInit())


def zeros_(*, type=None, names=()):
    """torch.nn.init.zeros_."""
    return _make(type, names, zeros=admin_pb2.ZerosInit())


def eye_(*, type=None, names=()):
    """torch.nn.init.eye_."""
    return _make(type, names, eye=admin_pb2.EyeInit())


def dirac_(groups=1, *, type=None, names=()):
    """torch.nn.init.dirac_."""
    return _make(type, names, dirac=admin_pb2.DiracInit(groups=groups))


def xavier_uniform_(gain=1.0, *, type=None, names=()):
    """torch.nn.init.xavier_uniform_."""
    return _make(type, names, xavier_uniform=admin_pb2.XavierInit(gain=gain))


def xavier_normal_(gain=1.0, *, type=None, names=()):
    """torch.nn.init.xavier_normal_."""
    return _make(type, names, xavier_normal=admin_pb2.XavierInit(gain=gain))


def kaiming_uniform_(a=0, mode="fan_in", nonlinearity="leaky_relu", *, type=None, names=()):
    """torch.nn.init.kaiming_uniform_."""
    return _make(type, names, kaiming_uniform=admin_pb2.KaimingInit(a=a, mode=mode, nonlinearity=nonlinearity))


def kaiming_normal_(a=0, mode="fan_in", nonlinearity="leaky_relu", *, type=None, names=()):
    """torch.nn.init.kaiming_normal_."""
    return _make(type, names, kaiming_normal=admin_pb2.KaimingInit(a=a, mode=mode, nonlinearity=nonlinearity))


def trunc_normal_(mean=0.0, std=1.0, a=-2.0, b=2.0, *, type=None, names=()):
    """torch.nn.init.trunc_normal_."""
    return _make(type, names, trunc_normal=admin_pb2.TruncNormalInit(mean=mean, std=std, a=a, b=b))


def orthogonal_(gain=1, *, type=None, names=()):
    """torch.nn.init.orthogonal_."""
    return _make(type, names, orthogonal=admin_pb2.OrthogonalInit(gain=gain))


def sparse_(sparsity, std=0.01, *, type=None, names=()):
    """torch.nn.init.sparse_."""
    return _make(type, names, sparse=admin_pb2.SparseInit(sparsity=sparsity, std=std))


def reset_parameters(*, type=None):
    """The layer's own reset_parameters(); modules without one are passed by."""
    return _make(type, (), reset_parameters=admin_pb2.ResetParameters())


def cast(dtype, *, type=None):
    """Module.to(dtype) for what each module owns: a floating-point NumPy dtype or moduled.BFLOAT16."""
    return _make(type, (), cast=dtypes.to_wire(np.dtype(dtype)))


def scale(factor, *, type=None, names=()):
    """Times a number."""
    return _make(type, names, scale=factor)


def clamp(min=None, max=None, *, type=None, names=()):
    """Between bounds; at least one is given."""
    return _make(type, names, clamp=admin_pb2.ClampFunction(min=min, max=max))


def train(mode=True, *, type=None):
    """Module.training."""
    return _make(type, (), train=mode)


def requires_grad(requires_grad=True, *, type=None, names=()):
    """Parameter.requires_grad."""
    return _make(type, names, requires_grad=requires_grad)
