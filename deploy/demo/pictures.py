"""The bundled test pictures, and how the model takes pictures."""

import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image


class Picture(NamedTuple):
    path: pathlib.Path
    pixels: np.ndarray  # uint8 [28, 28]
    label: str


def load(folder: str) -> list[Picture]:
    """The pictures of a folder. A file is named NUMBER_LABEL.png."""
    paths = sorted(pathlib.Path(folder).glob("*_*.png"))
    if not paths:
        raise FileNotFoundError(f"{folder}: no picture (want NUMBER_LABEL.png)")
    return [Picture(path, np.asarray(Image.open(path).convert("L")), path.stem.split("_", 1)[1]) for path in paths]


def as_input(pixels: np.ndarray) -> np.ndarray:
    """uint8 [N, 28, 28] -> float32 [N, 1, 28, 28] in 0..1: all the preprocessing that the model needs."""
    return (pixels.astype(np.float32) / 255)[:, np.newaxis]
