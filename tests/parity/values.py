"""Nested values of PyTorch: tuples, lists, packed sequences and what they hold."""
import numpy as np
import torch


def leaf_map(function, value):
    """The same structure with function(leaf) for each leaf that is not None."""
    if isinstance(value, dict):
        return {key: leaf_map(function, item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        items = [leaf_map(function, item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return None if value is None else function(value)


def tensor_map(function, value):
    """The same structure with function(tensor) for each tensor; other leaves stay."""
    return leaf_map(lambda leaf: function(leaf) if isinstance(leaf, torch.Tensor) else leaf, value)


def tensors(value):
    """The tensors of a value, in order of a walk."""
    found = []
    tensor_map(lambda tensor: found.append(tensor) or tensor, value)
    return found


def plain(value):
    """The same value of tuples, lists and dicts alone, as the wire has it: a named tuple is a tuple."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value] if type(value) is list else tuple(plain(item) for item in value)
    return value


def in_type(value, dtype):
    """The value with its floating-point tensors in this type."""
    return tensor_map(lambda tensor: tensor.to(dtype) if tensor.is_floating_point() else tensor, value)


def as_leaves(value):
    """Copies that want gradients, where they can."""
    return tensor_map(lambda tensor: tensor.detach().clone().requires_grad_(tensor.is_floating_point()), value)


def copies(value):
    """Copies within the graph, which modules in place may overwrite."""
    return tensor_map(torch.clone, value)


def gradients_of(leaves):
    """The gradients that were collected, as the server answers them: None where there is none."""
    return leaf_map(lambda leaf: leaf.grad if isinstance(leaf, torch.Tensor) else leaf, plain(leaves))


def random_gradients(output):
    """Seeded gradients for what is differentiable, None elsewhere."""
    torch.manual_seed(1)
    return leaf_map(
        lambda leaf: torch.rand_like(leaf) + 0.5 if isinstance(leaf, torch.Tensor) and leaf.requires_grad else None,
        plain(output),
    )


def differentiate(output, gradients):
    """torch.autograd.backward, from every tensor of a nested output that has a gradient."""
    wanted = [tensor for tensor in tensors(output) if tensor.requires_grad]
    torch.autograd.backward(wanted, tensors(gradients))


def compare(got, want, tolerance, where):
    """Structures, types and shapes are the same, and numbers as near as the tolerance says.

    The tolerance is relative to the largest finite magnitude of each tensor that is wanted.
    """
    if isinstance(want, dict):
        assert list(got) == list(want), f"{where}: the keys {list(got)} for {list(want)}"
        for key in want:
            compare(got[key], want[key], tolerance, f"{where}[{key!r}]")
    elif isinstance(want, (tuple, list)):
        assert isinstance(got, (tuple, list)) and len(got) == len(want), f"{where}: {got!r} for {want!r}"
        for index, pair in enumerate(zip(got, want)):
            compare(*pair, tolerance, f"{where}[{index}]")
    elif isinstance(want, torch.Tensor):
        _compare_arrays(got, want.detach().numpy(), tolerance, where)
    else:
        assert not isinstance(got, np.ndarray) and got == want, f"{where}: {got!r} for {want!r}"


def _compare_arrays(got, want, tolerance, where):
    assert isinstance(got, np.ndarray), f"{where}: {got!r} for a tensor"
    assert (got.dtype, got.shape) == (want.dtype, want.shape), where
    if not np.issubdtype(want.dtype, np.floating):
        np.testing.assert_array_equal(got, want, where)
        return
    finite = want[np.isfinite(want)]
    scale = np.abs(finite).max() if finite.size else 0
    np.testing.assert_allclose(got, want, rtol=0, atol=tolerance * scale, err_msg=where)
