"""The models that are served, exported once and kept; and repositories of them, made for one server each."""
import os
import pathlib
import shutil

# What the comparison has no use for: models that only carry tensors, to count how often they are copied.
_CARRIERS = ["takes_images", "gives_images"]


def exported(folder: pathlib.Path, name: str) -> pathlib.Path:
    """The model's folder in a repository, with version 1."""
    model = folder / "serving/models" / name
    if not model.exists():
        import moduled  # Here and below: only what exports pays for importing PyTorch.

        unfinished = folder / "serving" / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        module, example = _build(name)
        moduled.export(module, unfinished, name=name, example_inputs=(example,))
        model.parent.mkdir(parents=True, exist_ok=True)
        os.rename(unfinished / name, model)
    return model


def repository(parent: pathlib.Path, models: list, config: str = "") -> pathlib.Path:
    """A repository in `parent` with these models' folders, all served as `config` says."""
    root = parent / f"repository_{len(list(parent.iterdir()))}"
    for model in models:
        # Versions never change, so their files can be shared.
        shutil.copytree(model, root / model.name, copy_function=os.link)
        if config:
            (root / model.name / "config.pbtxt").write_text(config)
    return root


def input_of(name: str, rows: int):
    """A NumPy array that the model takes."""
    if name in _CARRIERS:
        import numpy as np

        side = 224 if name == "takes_images" else 1
        return np.ones((rows, 3, side, side), np.float32)
    from comparison import networks

    return networks.example(name, rows).numpy()


def _build(name):
    import torch
    from torch import nn

    if name == "takes_images":
        return nn.Sequential(nn.AdaptiveAvgPool2d(1)).eval(), torch.zeros(1, 3, 224, 224)
    if name == "gives_images":
        return nn.Sequential(nn.Upsample(size=(224, 224))).eval(), torch.zeros(1, 3, 1, 1)
    from comparison import networks

    return networks.build(name), networks.example(name, 2)
