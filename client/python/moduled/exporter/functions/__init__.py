"""The functions that a composite's forward may call: one row each, one file for each family of rows.

A row is a Python function. Its name is the canonical name that the description carries, its signature holds the names
and defaults of the arguments as torch documents them, and its body computes the result, never in place. Each file's
TABLE says which functions, operators and tensor methods mean the row; an adapter rewrites their arguments where their
signature differs. To support one more function, add a row and its line in the table of its file; a new file joins
_FAMILIES.
"""
import inspect

from . import (
    activations,
    arithmetic,
    attention,
    comparison,
    convolution,
    creation,
    dropouts,
    elementary,
    embeddings,
    images,
    linear,
    losses,
    math,
    normalization,
    pooling,
    products,
    reductions,
    shapes,
    vision,
)
from .adapters import Unchanged

_FAMILIES = [
    activations,
    arithmetic,
    attention,
    comparison,
    convolution,
    creation,
    dropouts,
    elementary,
    embeddings,
    images,
    linear,
    losses,
    math,
    normalization,
    pooling,
    products,
    reductions,
    shapes,
    vision,
]

# (row, adapter, spellings): a string without a dot is a method of tensors, one with dots the full name of a function in
# a package that need not be there, anything else a callable.
_TABLE = [line for family in _FAMILIES for line in family.TABLE]

_BY_SPELLING = {spelling: (row, adapt) for row, adapt, spellings in _TABLE for spelling in spellings}


def resolve(target, args, kwargs):
    """The row that a call means and its arguments in the row's terms: (row, args, kwargs), or None if there is none.

    Required arguments come out positional, others by keyword and only where they differ from the default. Raises
    TypeError if the row does not take the arguments.
    """
    row, adapt = _BY_SPELLING.get(target) or _BY_SPELLING.get(_full_name(target), (None, None))
    if adapt:
        args, kwargs, *another = adapt(*args, **kwargs)
        row = another[0] if another else row
    if row is None or row is Unchanged:
        return row and (row, args, kwargs)
    bound = inspect.signature(row).bind(*args, **kwargs)
    positional, keyword = [], {}
    for name, parameter in bound.signature.parameters.items():
        value = bound.arguments.get(name, parameter.default)
        if parameter.default is inspect.Parameter.empty:
            positional.append(value)
        elif not (value is parameter.default or type(value) is type(parameter.default) and value == parameter.default):
            keyword[name] = value
    return row, tuple(positional), keyword


def has_modes(row):
    """Whether a row does something else while training, and may draw random numbers then."""
    return "training" in inspect.signature(row).parameters


def has_effect(row):
    """Whether a row is called for more than its result."""
    return row is comparison._assert


def _full_name(target):
    """"package.module.function", None for methods."""
    return None if isinstance(target, str) else f"{target.__module__}.{getattr(target, '__qualname__', '')}"
