"""The files that the engines load, made once and kept: a model's weights and inputs are the same for all of them.

    <folder>/<model>/torch.pt          the module, pickled            for PyTorch
    <folder>/<model>/model.onnx        opset 14, free batch           for ONNX Runtime
    <folder>/<model>/moduled/1         a version of a repository      for this engine
    <folder>/<model>/input_<batch>     float32
    <folder>/<model>/facts.json        what is known of the model; written last: where it is, the rest is complete
"""
import hashlib
import json
import pathlib
import shutil
import warnings

import moduled

_EXPORTER = pathlib.Path(moduled.__file__).parent
_SOURCES = [pathlib.Path(__file__), pathlib.Path(__file__).with_name("networks.py")]


class Artifacts:
    """The files of one model."""

    def __init__(self, folder: pathlib.Path, name: str):
        self.name = name
        self.folder = folder / name
        self.torch = self.folder / "torch.pt"
        self.onnx = self.folder / "model.onnx"
        self.version = self.folder / "moduled" / "1"
        self._facts = self.folder / "facts.json"

    def prepare(self) -> dict:
        """Makes what is missing or was made by other sources. Returns the facts: input, multiply_adds, weight_bytes."""
        stamp = _stamp()
        facts = json.loads(self._facts.read_text()) if self._facts.exists() else {}
        if facts.get("stamp") != stamp:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            facts = {"stamp": stamp, **self._make()}
            self._facts.write_text(json.dumps(facts))
        return facts

    def input(self, batch: int) -> pathlib.Path:
        from . import networks

        path = self.folder / f"input_{batch}"
        if not path.exists():
            networks.example(self.name, batch).numpy().tofile(path)
        return path

    def _make(self) -> dict:
        # Here and not above: only what makes artifacts pays for importing PyTorch.
        import torch

        from . import counting, networks

        module = networks.build(self.name)
        torch.save(module, self.torch)
        # With gradients, for the sake of attention: without them PyTorch runs it as one operator, which ONNX has not.
        with warnings.catch_warnings(), torch.enable_grad():
            warnings.simplefilter("ignore")  # Of tracing: that sizes become constants is meant.
            torch.onnx.export(
                module, networks.example(self.name, 2), str(self.onnx), opset_version=14,
                input_names=["input"], output_names=["output"],
                dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
            )
        moduled.export(module, self.folder, name="moduled", example_inputs=(networks.example(self.name, 2),))
        return {
            "input": networks.NETWORKS[self.name].input,
            "multiply_adds": counting.multiply_adds(module, networks.example(self.name, 1)),
            "weight_bytes": sum(weight.numel() * weight.element_size() for weight in module.state_dict().values()),
        }


def _stamp() -> str:
    """Of the sources that say what the files contain."""
    digest = hashlib.sha256()
    for source in _SOURCES + sorted(_EXPORTER.glob("exporter/**/*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()
