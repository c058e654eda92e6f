"""Classifies pictures through the server and prints the predictions beside the labels.

    predictions.py ADDRESS MODEL FOLDER
"""

import sys

import moduled
import numpy as np
import pictures
from dataset import LABELS


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def main(address: str, model: str, folder: str) -> None:
    shown = pictures.load(folder)
    logits = moduled.Client(address).forward(model, pictures.as_input(np.stack([picture.pixels for picture in shown])))
    print(f"{'picture':<22}{'label':<14}{'prediction':<14}probability")
    right = 0
    for picture, probabilities in zip(shown, softmax(logits)):
        prediction = LABELS[probabilities.argmax()]
        right += prediction == picture.label
        mark = "" if prediction == picture.label else "   <- wrong"
        print(f"{picture.path.name:<22}{picture.label:<14}{prediction:<14}{probabilities.max():>10.1%}{mark}")
    print(f"\n{right} of {len(shown)} are right")


if __name__ == "__main__":
    main(*sys.argv[1:])
