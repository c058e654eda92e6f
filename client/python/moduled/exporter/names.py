"""The names by which a composite's graph speaks of what is below it."""
import torch


def child_names(root):
    """{module: name} for the modules that a graph of `root` may call: children, and theirs where those only hold."""
    names = {}

    def visit(parent, prefix):
        for name, child in parent.named_children():
            names.setdefault(child, prefix + name)
        for name, child in parent.named_children():
            if isinstance(child, (torch.nn.ModuleList, torch.nn.ModuleDict)):
                visit(child, f"{prefix}{name}.")

    visit(root, "")
    return names


def tensor_names(root):
    """{tensor: dotted name} for the parameters and buffers at and below `root`."""
    names = {}
    for name, tensor in [*root.named_parameters(), *root.named_buffers()]:
        names.setdefault(tensor, name)
    return names
