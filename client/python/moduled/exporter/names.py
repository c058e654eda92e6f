"""The names by which a composite's graph speaks of what is below it."""


def module_names(root):
    """{module: dotted name} for the modules that a graph of `root` may call, the shortest name of each.

    These are its children, and modules further down where a forward reaches past the one that holds them.
    """
    names = {}
    for name, module in root.named_modules(remove_duplicate=False):
        if name and (module not in names or name.count(".") < names[module].count(".")):
            names[module] = name
    return names


def tensor_names(root):
    """{tensor: dotted name} for the parameters and buffers at and below `root`."""
    names = {}
    for name, tensor in [*root.named_parameters(), *root.named_buffers()]:
        names.setdefault(tensor, name)
    return names
