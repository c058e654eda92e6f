"""deploy/demo.sh runs, says what it should, and measures what PyTorch measures with the same weights."""

import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "deploy/models/fashion_mnist"


@pytest.fixture(scope="module")
def said():
    """What the demonstration prints, with the installation and the build before it."""
    drawn = REPOSITORY / "build/demo/feature_maps.png"
    drawn.unlink(missing_ok=True)
    result = subprocess.run(
        ["bash", REPOSITORY / "deploy/demo.sh"], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def right_by_pytorch() -> int:
    """How many of the test pictures PyTorch labels rightly with the weights that are served."""
    import torch
    from moduled import safetensors

    sys.path.insert(0, str(MODEL))
    import dataset
    from network import FashionNet

    network = FashionNet().eval()
    weights, _ = safetensors.read(MODEL / "1/model.safetensors")
    network.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in weights.items()})
    pixels, labels = dataset.load("t10k")
    with torch.no_grad():
        logits = [network(batch) for batch in torch.from_numpy(pixels[:, None] / np.float32(255)).split(500)]
    return int((torch.cat(logits).argmax(1).numpy() == labels).sum())


def test_every_bundled_picture_is_shown_with_its_label_and_a_prediction(said):
    for picture in (MODEL / "pictures").glob("*.png"):
        label = picture.stem.split("_", 1)[1]
        assert re.search(rf"^{picture.name} +{label} +\w+ +[\d.]+%", said, re.MULTILINE)


def test_the_module_tree_is_shown(said):
    assert re.search(r"\(conv\): Conv2d\(1, 32, kernel_size=\(3, 3\)", said)


def test_the_feature_maps_of_the_first_convolution_are_drawn(said):
    assert re.search(r"stem\.conv \(Conv2d\) gave \(32, 28, 28\)", said)
    drawn = np.asarray(Image.open(REPOSITORY / "build/demo/feature_maps.png"))
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 100


def test_the_accuracy_is_that_of_pytorch(said):
    right, total = map(int, re.search(r"accuracy: .*\((\d+) of (\d+) pictures\)", said).groups())
    assert total == 10_000
    assert right == right_by_pytorch()
    assert right / total >= 0.91
