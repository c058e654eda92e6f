"""torch.nn.functional's pooling, in one to three dimensions."""
import torch
import torch.nn.functional as F

# The forms of one function differ in nothing but the name: a factory makes the row of each.


def _named(name, row):
    row.__name__ = row.__qualname__ = name
    return row


def _max_pool(name):
    def row(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        function = getattr(F, name)
        return function(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)

    return _named(name, row)


def _avg_pool(name):
    def row(
        input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        given = {} if divisor_override is None else {"divisor_override": divisor_override}
        return getattr(F, name)(input, kernel_size, stride, padding, ceil_mode, count_include_pad, **given)

    return _named(name, row)


def _lp_pool(name):
    def row(input, norm_type, kernel_size, stride=None, ceil_mode=False):
        return getattr(F, name)(input, norm_type, kernel_size, stride, ceil_mode)

    return _named(name, row)


def _max_unpool(name):
    def row(input, indices, kernel_size, stride=None, padding=0, output_size=None):
        return getattr(F, name)(input, indices, kernel_size, stride, padding, output_size)

    return _named(name, row)


def _adaptive_avg_pool(name):
    def row(input, output_size):
        return getattr(F, name)(input, output_size)

    return _named(name, row)


def _adaptive_max_pool(name):
    def row(input, output_size, return_indices=False):
        return getattr(F, name)(input, output_size, return_indices)

    return _named(name, row)


def _fractional_max_pool(name):
    def row(
        input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
    ):
        return getattr(F, name)(input, kernel_size, output_size, output_ratio, return_indices, _random_samples)

    return _named(name, row)


def _with_indices(*args, **kwargs):
    """The variant that fx sees where return_indices is on; the switch itself it may have dropped."""
    return args, {**kwargs, "return_indices": True}


def _without_default_stride(*args, **kwargs):
    """torch's own functions take an empty stride for none."""
    return args, {name: value for name, value in kwargs.items() if name != "stride" or value not in ((), [])}


def _forms(make, base, dimensions, variant=None, builtin=False):
    """The lines of a function's forms. `builtin`: torch has them under its own name too."""
    lines = []
    for n in dimensions:
        name = f"{base}{n}d"
        if not hasattr(F, name):
            continue  # Newer than this torch.
        row = make(name)
        spellings = [getattr(F, name)]
        if builtin and hasattr(torch, name) and getattr(torch, name) is not getattr(F, name):
            spellings.append(getattr(torch, name))
        lines.append((row, _without_default_stride, spellings))
        if variant is not None:
            lines.append((row, _with_indices, [getattr(F, f"{name}{variant}")]))
    return lines


TABLE = [
    *_forms(_max_pool, "max_pool", (1, 2, 3), "_with_indices", builtin=True),
    *_forms(_avg_pool, "avg_pool", (1, 2, 3)),
    *_forms(_lp_pool, "lp_pool", (1, 2, 3)),
    *_forms(_max_unpool, "max_unpool", (1, 2, 3)),
    *_forms(_adaptive_avg_pool, "adaptive_avg_pool", (1, 2, 3)),
    *_forms(_adaptive_max_pool, "adaptive_max_pool", (1, 2, 3), "_with_indices"),
    *_forms(_fractional_max_pool, "fractional_max_pool", (2, 3), "_with_indices"),
]
