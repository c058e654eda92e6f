"""Adapters: how a spelling is called -> the arguments of its row, as (args, kwargs)."""


def renamed(**names):
    """The spelling's keyword arguments have other names than the row's."""
    return lambda *args, **kwargs: (args, {names.get(name, name): value for name, value in kwargs.items()})


def sizes(name):
    """The method takes its sizes one by one or as one sequence: x.reshape(2, 3) or x.reshape((2, 3))."""

    def adapt(input, *sizes, **kwargs):
        if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
            sizes = sizes[0]
        return (input, kwargs.pop(name, tuple(sizes))), kwargs

    return adapt


def swapped(input, other):
    """The operands stand the other way round."""
    return (other, input), {}
