"""Every layer and function against PyTorch, through a server: forward and backward, in float32 and float64."""
import harness
import pytest


def parameters(wanted=lambda case: True):
    return [
        pytest.param(category, dtype, name, id=f"{category}-{name}-{dtype}")
        for category in harness.CATEGORIES
        for dtype in harness.DTYPES
        for name, case in harness.cases_of(category).items()
        if dtype in case.dtypes and wanted(case)
    ]


@pytest.mark.parametrize("category, dtype, name", parameters())
def test_forward_is_torchs(services, category, dtype, name):
    services(category, dtype).check_forward(name)


@pytest.mark.parametrize("category, dtype, name", parameters(lambda case: case.backward))
def test_backward_is_torchs(services, category, dtype, name):
    services(category, dtype).check_backward(name)
