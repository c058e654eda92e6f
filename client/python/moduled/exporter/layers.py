"""Layers of torch.nn -> their messages, by reflection.

A layer's message has torch's names: each field is read from the attribute of that name and written where it differs
from the constructor's default. What does not follow that rule stands in _SPECIAL. A layer that the wire learns needs
a row here only if its attributes are not its constructor's arguments.
"""
import inspect

from torch import nn

from moduled.v1 import module_pb2
from moduled.v1.layers import number_pb2

from . import transformers
from .errors import ExportError

# Kinds of ModuleDescription.layer that are not layers: describe.py makes them.
_CONTAINERS = {"composite", "sequential", "module_list", "module_dict", "parameter_list", "parameter_dict"}


def _torch_class(name):
    """The class of torch.nn of that name; None if this torch has none."""
    return getattr(nn, name, None) or getattr(nn.modules.linear, name, None)


# {class of torch.nn: name of its field in ModuleDescription.layer}. Some classes are newer than some torch.
FIELDS = {
    _torch_class(field.message_type.name): field.name
    for field in module_pb2.ModuleDescription.DESCRIPTOR.oneofs_by_name["layer"].fields
    if field.name not in _CONTAINERS and _torch_class(field.message_type.name)
}

# The children that a layer makes itself: nothing about them needs to be said.
LAYER_CHILDREN = {nn.TripletMarginWithDistanceLoss: {"distance_function"}}

# Constructor arguments that say where and as what parameters are made, not what the layer computes.
_FACTORY = {"device", "dtype"}

# Methods that a subclass may redefine and still compute what the layer computes.
_HARMLESS = {"__init__", "extra_repr", "reset_parameters", "__repr__"}


def layer_class(module):
    """The class of torch.nn that the module is, or is a plain subclass of; None if it is something else."""
    for depth, cls in enumerate(type(module).__mro__):
        if cls in FIELDS:
            between = type(module).__mro__[:depth]
            return None if any(_redefines(each, cls) for each in between) else cls
    return None


def _redefines(subclass, layer):
    names = {name for name, value in vars(subclass).items() if callable(value) or isinstance(value, property)}
    return any(hasattr(layer, name) for name in names - _HARMLESS if name != "__class__")


def describe_layer(path, module, description):
    """Writes the layer's message, its element type and what is frozen."""
    cls = layer_class(module)
    message = getattr(description, FIELDS[cls])
    message.SetInParent()
    constructor = transformers.constructor_of(cls)
    for name in constructor:
        if name in _FACTORY:
            continue
        field, value, *shape = _SPECIAL.get((cls, name), _attribute)(module, name)
        if field is None or _is_default(value, constructor[name].default):
            continue
        if field not in message.DESCRIPTOR.fields_by_name:
            raise ExportError(path, f"{cls.__name__}({name}={value!r}) is not supported")
        try:
            _set(message, field, value)
        except TypeError as error:
            raise ExportError(path, f"{cls.__name__}({name}={value!r}) is not supported") from error
        if shape:
            _set(message, f"{field}_shape", shape[0])
    _check_state(path, module, cls)


def _set(message, field, value):
    descriptor = message.DESCRIPTOR.fields_by_name[field]
    if descriptor.message_type is number_pb2.Number.DESCRIPTOR:
        setattr(getattr(message, field), "float" if isinstance(value, float) else "int", value)
    elif descriptor.label != descriptor.LABEL_REPEATED:
        setattr(message, field, value)
    elif isinstance(value, (tuple, list)):
        getattr(message, field).extend(value)
    else:
        getattr(message, field).append(value)


def _is_default(value, default):
    """Convolutions keep (1, 1) for the default 1."""
    if default is inspect.Parameter.empty:
        return False
    if isinstance(value, tuple) and isinstance(default, int):
        return all(item == default for item in value)
    return type(value) is type(default) and value == default


def _attribute(module, name):
    return name, getattr(module, name)


def _bias(module, name):
    return name, module.bias is not None


def _affine_bias(module, name):
    """Without affine parameters there is no bias to speak of."""
    return name, module.bias is not None or not module.elementwise_affine


def _conv_padding(module, name):
    return ("padding_name" if isinstance(module.padding, str) else "padding"), module.padding


def _as_given(module, name):
    """repr shows whether it was one number for all axes."""
    value = getattr(module, name)
    return name, list(value) if isinstance(value, tuple) else value


def _momentum(module, name):
    return ("momentum_none", True) if module.momentum is None else (name, module.momentum)


def _pool_stride(module, name):
    """The attribute holds kernel_size where no stride was given."""
    return name, None if module.stride == module.kernel_size else module.stride


def _output_size(module, name):
    """-1 stands for None, which keeps the input's extent."""
    size = module.output_size
    return name, [-1 if n is None else n for n in size] if isinstance(size, (tuple, list)) else size


def _random_samples(module, name):
    """The samples themselves are state; the message says which shape they have."""
    samples = module._random_samples
    return "random_samples", None if samples is None else list(samples.shape)


def _optional_buffer(module, name):
    """Its elements are state; the message says that it is there, and of which shape."""
    buffer = getattr(module, name)
    if buffer is None:
        return None, None
    if not buffer.is_floating_point():
        return name, buffer  # Which no message can hold.
    return name, True, list(buffer.shape)


def _norm(module, name):
    """The attribute of PairwiseDistance has another name."""
    return name, module.norm


def _default_distance(module, name):
    """A distance that is torch's default is made by the layer."""
    distance = module.distance_function
    default = nn.PairwiseDistance()
    if type(distance) is nn.PairwiseDistance and _arguments(distance) == _arguments(default):
        return None, None
    return name, distance


def _arguments(distance):
    return distance.norm, distance.eps, distance.keepdim


def _without_classes(module, name):
    """The attribute has the number of classes behind the cutoffs."""
    return name, list(module.cutoffs[:-1])


def _nothing(module, name):
    return None, None


def _forms(base, argument, special):
    """The same for a layer's forms in one to three dimensions, as far as torch has them."""
    classes = [getattr(nn, f"{base}{n}d", None) for n in (1, 2, 3)]
    return {(cls, argument): special for cls in classes if cls is not None}


# The arguments of Fold and Unfold that may be one number or one for each axis.
_SLIDING = ("dilation", "padding", "stride")

# Losses keep what the deprecated arguments mean as their reduction.
_LOSSES = [cls for cls in FIELDS if issubclass(cls, nn.modules.loss._Loss)]

# Which may average cumulatively, with a momentum of None.
_CHANNEL_NORMS = [cls for cls in FIELDS if issubclass(cls, nn.modules.batchnorm._NormBase)]

# {(class, constructor's argument): module, argument -> (field, value)}
_SPECIAL = {
    **transformers.SPECIAL,
    (nn.Linear, "bias"): _bias,
    (nn.modules.linear.NonDynamicallyQuantizableLinear, "bias"): _bias,
    **_forms("Conv", "bias", _bias),
    **_forms("Conv", "padding", _conv_padding),
    **_forms("ConvTranspose", "bias", _bias),
    **{(cls, name): _as_given for cls in (nn.Fold, nn.Unfold) for name in _SLIDING},
    (nn.LayerNorm, "bias"): _affine_bias,
    (nn.AdaptiveLogSoftmaxWithLoss, "cutoffs"): _without_classes,
    (nn.Bilinear, "bias"): _bias,
    **{(cls, "momentum"): _momentum for cls in _CHANNEL_NORMS},
    (nn.SyncBatchNorm, "process_group"): _nothing,
    (nn.Hardtanh, "min_value"): _nothing,  # Old names of min_val and max_val.
    (nn.Hardtanh, "max_value"): _nothing,
    (nn.PReLU, "init"): _nothing,  # What the weight was made of; the weight itself is state.
    **_forms("MaxPool", "stride", _pool_stride),
    **_forms("MaxUnpool", "stride", _pool_stride),
    **_forms("AvgPool", "stride", _pool_stride),
    **_forms("AdaptiveAvgPool", "output_size", _output_size),
    **_forms("AdaptiveMaxPool", "output_size", _output_size),
    **_forms("FractionalMaxPool", "_random_samples", _random_samples),
    **{(cls, name): _nothing for cls in _LOSSES for name in ("size_average", "reduce")},
    **{(cls, name): _optional_buffer for cls in _LOSSES for name in ("weight", "pos_weight")},
    (nn.TripletMarginWithDistanceLoss, "distance_function"): _default_distance,
    (nn.PairwiseDistance, "p"): _norm,
    **{(cls, name): _nothing for cls in (nn.Embedding, nn.EmbeddingBag) for name in ("_weight", "_freeze")},
    (nn.Identity, "args"): _nothing,
    (nn.Identity, "kwargs"): _nothing,
}


def _check_state(path, module, cls):
    """A layer makes its own state: what was added to it, taken from it or reshaped would be lost."""
    if not set(module._modules) <= (transformers.CHILDREN.get(cls) or LAYER_CHILDREN.get(cls, set())):
        raise ExportError(path, f"this {cls.__name__} has children, which a layer cannot have")
    transformers.check_children(path, module, cls)
    have = _state(module)
    if not have:
        return
    constructor = transformers.constructor_of(cls)
    arguments = {
        name: _given(module, cls, name)
        for name in constructor
        if name not in _FACTORY and _SPECIAL.get((cls, name)) is not _nothing
    }
    if "device" in constructor:
        arguments["device"] = "meta"
    want = _state(cls(**arguments))
    if have != want:
        raise ExportError(path, f"the state of this {cls.__name__} is not its class's (got {have}, want {want})")


def _given(module, cls, name):
    """What the constructor was given, as far as its state depends on it."""
    if (cls, name) in transformers.SPECIAL:
        return transformers.SPECIAL[cls, name](module, name)[1]
    return module.bias is not None if name == "bias" else getattr(module, name, None)


def _state(module):
    """{name: shape} of a module's own parameters and buffers."""
    tensors = {**module._parameters, **module._buffers}
    return {name: None if tensor is None else tuple(tensor.shape) for name, tensor in tensors.items()}


def floating_dtypes(module):
    """The element types of a module's own floating-point parameters and buffers."""
    tensors = [*module._parameters.values(), *module._buffers.values()]
    return {tensor.dtype for tensor in tensors if tensor is not None and tensor.is_floating_point()}
