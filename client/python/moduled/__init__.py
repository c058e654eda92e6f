"""moduled: a client of the model server that keeps the model open, and the exporter that feeds it from PyTorch."""
from .exporter.errors import ExportError

__all__ = ["ExportError", "export"]


def export(module, directory, *, name, example_inputs, version=None):
    """Writes a PyTorch module to the repository `directory` as the next version of the model `name`.

    The version's folder holds module.pbtxt, the module tree with a graph for each composite, and model.safetensors. It
    appears when it is complete. Returns its path.

    `example_inputs` is what the module is called with once, in evaluation mode: a tensor, a tuple or list of positional
    arguments, or a dict of keyword arguments. The first extent of inputs with at least two is left free, others are
    recorded as examples. `version` names the version in place of the next free number.

    Raises moduled.ExportError for what a description cannot hold: it names the module, the line and the reason.
    """
    from .exporter.export import export as export_module  # Needs torch, which a client does not.

    return export_module(module, directory, name=name, example_inputs=example_inputs, version=version)
