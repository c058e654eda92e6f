"""Serves the modules of many cases with one server, and compares forward and backward with PyTorch."""
import contextlib
import copy
import dataclasses
import importlib
import inspect
import pathlib

import servers
import torch
from values import as_leaves, compare, copies, differentiate, gradients_of, in_type, plain, random_gradients

import moduled

CATEGORIES = sorted(path.stem for path in (pathlib.Path(__file__).parent / "cases").glob("[a-z]*.py"))
DTYPES = {"float32": torch.float32, "float64": torch.float64}
TOLERANCES = {"float32": 1e-5, "float64": 1e-9}


def cases_of(category):
    """The cases of one file of cases/, by name; those of the same name are told apart."""
    by_name = {}
    for case in importlib.import_module(f"cases.{category}").CASES:
        name = case.name
        while name in by_name:
            name += "'"
        by_name[name] = case
    return by_name


@dataclasses.dataclass
class Subject:
    """A case in one type: the module that is served and its arguments, and why it could not be, if so."""

    case: object
    model: str
    dtype: torch.dtype
    module: torch.nn.Module = None
    inputs: tuple = ()
    kwargs: dict = dataclasses.field(default_factory=dict)
    error: Exception = None

    def make(self):
        torch.manual_seed(0)
        self.module = self.case.make().to(self.dtype)
        self.module.train(self.case.training)
        if self.case.randomise:
            _randomise(self.module)
        self.inputs = in_type(self.case.inputs(), self.dtype)
        self.kwargs = in_type(self.case.kwargs(), self.dtype)

    def example(self):
        if not self.kwargs:
            return self.inputs
        return dict(inspect.signature(self.module.forward).bind(*self.inputs, **self.kwargs).arguments)

    def reference(self):
        """The module that says what is right: a fresh copy, which running statistics do not outlive."""
        return self.case.reference(copy.deepcopy(self.module))


class Service:
    """A server of all cases of one category in one type. Everything is exported before it starts."""

    def __init__(self, category, dtype_name, directory):
        self._dtype_name = dtype_name
        self._subjects = {
            name: Subject(case, f"case{index}", DTYPES[dtype_name])
            for index, (name, case) in enumerate(cases_of(category).items())
            if dtype_name in case.dtypes
        }
        for subject in self._subjects.values():
            with _kept_for_the_test(subject):
                subject.make()
                if subject.case.description is None:
                    moduled.export(subject.module, directory, name=subject.model, example_inputs=subject.example())
        self._stack = contextlib.ExitStack()
        server = self._stack.enter_context(servers.serving(directory))
        self._client = self._stack.enter_context(moduled.Client(server.address, timeout=300))
        for subject in self._subjects.values():
            if subject.case.description is not None and subject.error is None:
                with _kept_for_the_test(subject):
                    self._describe(subject)

    def close(self):
        self._stack.close()

    def _describe(self, subject):
        """Loads the description of a case, with the state of its reference."""
        description = subject.case.description()
        self._client.load_model(subject.model, description=description)
        if subject.dtype is torch.float64:
            self._client.apply(subject.model, moduled.functions.cast("f8"))
        if subject.module.state_dict():
            self._client.load_state_dict(subject.model, subject.module.state_dict())

    def _subject(self, name):
        subject = self._subjects[name]
        if subject.error is not None:
            raise subject.error
        return subject, getattr(subject.case, f"{self._dtype_name}_tolerance") or TOLERANCES[self._dtype_name]

    def check_forward(self, name):
        subject, tolerance = self._subject(name)
        with torch.no_grad():
            want = subject.reference()(*copies(subject.inputs), **copies(subject.kwargs))
        got = self._client.forward(subject.model, *plain(subject.inputs), kwargs=plain(subject.kwargs))
        compare(got, plain(want), tolerance, "output")

    def check_backward(self, name):
        subject, tolerance = self._subject(name)
        module, inputs, kwargs = subject.reference(), as_leaves(subject.inputs), as_leaves(subject.kwargs)
        for held in subject.case.held:
            inputs[held].requires_grad_(False)
        output = module(*copies(inputs), **copies(kwargs))
        gradients = random_gradients(output)
        differentiate(output, gradients)
        result = self._client.backward(
            subject.model, *plain(subject.inputs), kwargs=plain(subject.kwargs), grad_outputs=gradients
        )
        compare(result.outputs, plain(output), tolerance, "output")
        got = [None if index in subject.case.held else each for index, each in enumerate(result.grad_inputs)]
        compare(type(result.grad_inputs)(got), gradients_of(inputs), tolerance, "grad_inputs")
        compare(result.grad_kwargs, gradients_of(kwargs), tolerance, "grad_kwargs")
        want = {key: parameter.grad for key, parameter in module.named_parameters()}
        compare(dict(result.grad_parameters), want, tolerance, "grad_parameters")


@contextlib.contextmanager
def _kept_for_the_test(subject):
    """What goes wrong with one case is said by its own test, not by all that share its server."""
    try:
        yield
    except Exception as error:
        subject.error = error


@torch.no_grad()
def _randomise(module):
    for parameter in module.parameters():
        parameter.uniform_(-0.6, 0.6)
    for name, buffer in module.named_buffers():
        if buffer.is_floating_point() and "running" in name:
            buffer.uniform_(0.5, 1.5)
