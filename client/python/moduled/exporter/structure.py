"""Nested values: what modules take and return, tensors within tuples, lists and dicts."""
import torch


def leaf_map(function, value):
    """The same structure with every leaf replaced by function(leaf)."""
    if isinstance(value, dict):
        return {key: leaf_map(function, item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        items = tuple(leaf_map(function, item) for item in value)
        # Only tensors make a PackedSequence.
        return items if _is_packed(value) and not isinstance(items[0], torch.Tensor) else type(value)(*items)
    if isinstance(value, (tuple, list)):
        items = [leaf_map(function, item) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    if isinstance(value, slice):
        return slice(*(leaf_map(function, bound) for bound in (value.start, value.stop, value.step)))
    return function(value)


def leaves(value):
    """The leaves in order."""
    found = []
    leaf_map(found.append, value)
    return found


def named_leaves(value, name):
    """(dotted name, leaf) pairs in order: "x", "x.0", "x.key"."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in named_leaves(item, f"{name}.{key}")]
    if isinstance(value, (tuple, list)):
        return [pair for index, item in enumerate(value) for pair in named_leaves(item, f"{name}.{index}")]
    return [(name, value)]


def snapshot(value):
    """A copy whose tensors later in-place operations cannot reach."""
    return leaf_map(lambda leaf: leaf.detach().clone() if isinstance(leaf, torch.Tensor) else leaf, value)


def same(left, right, alike=False):
    """Whether two nested values agree: structure and constants equal, tensors equal up to rounding.

    `alike`: tensors need to agree in type and shape only.
    """
    left, right = _plain(left), _plain(right)
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key], alike) for key in left)
    if isinstance(left, (tuple, list)):
        return len(left) == len(right) and all(same(*pair, alike) for pair in zip(left, right))
    if isinstance(left, torch.Tensor):
        if left.shape != right.shape or left.dtype != right.dtype:
            return False
        if alike:
            return True
        wide = torch.complex128 if left.is_complex() else torch.float64
        return torch.allclose(left.to(wide), right.to(wide), rtol=1e-4, atol=1e-5, equal_nan=True)
    return left == right


def _plain(value):
    """Without the subclasses that make no difference on the wire: torch.Size and named tuples are tuples."""
    if isinstance(value, torch.Tensor):
        return value.detach().as_subclass(torch.Tensor)
    for plain in (dict, tuple, list):
        if isinstance(value, plain) and type(value) is not plain:
            return plain(value)
    return value


def _is_packed(value):
    return isinstance(value, torch.nn.utils.rnn.PackedSequence)
