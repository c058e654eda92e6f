"""Nested values of tensors and arrays, and whether two are close."""
import numpy as np
import torch


def arrays(value):
    """The same nested value with arrays for torch's tensors: copies, which operations in place do not reach."""
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().copy()
    if isinstance(value, dict):
        return {key: arrays(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(arrays(item) for item in value)
    return value


def assert_close(got, expected, tolerance=1e-4):
    """Two nested values have the same structure and constants, and no element differs by more than the tolerance.

    It is relative to the largest element of an array, as rounding is; absolute where that is less than one.
    """
    expected = arrays(expected)
    assert type(got) is type(expected)
    if isinstance(expected, dict):
        assert list(got) == list(expected)
        for key in expected:
            assert_close(got[key], expected[key], tolerance)
    elif isinstance(expected, (tuple, list)):
        assert len(got) == len(expected)
        for pair in zip(got, expected):
            assert_close(*pair, tolerance)
    elif isinstance(expected, np.ndarray):
        assert got.dtype == expected.dtype and got.shape == expected.shape
        if expected.size:
            expected = expected.astype("f8")
            assert np.abs(got.astype("f8") - expected).max() <= tolerance * max(1.0, np.abs(expected).max())
    else:
        assert got == expected
