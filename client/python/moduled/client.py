"""The client: every call of the server, with PyTorch's names and returns.

Wherever a `model` is asked for, it is a name, "name:version" or (name, version); without a version the server's default
version answers. `timeout` is in seconds. Failures are moduled.Errors. A client may be used from any number of threads.
"""
import grpc
import numpy as np

from moduled.v1 import (
    admin_pb2,
    admin_pb2_grpc,
    hooks_pb2,
    hooks_pb2_grpc,
    inference_pb2,
    inference_pb2_grpc,
    introspection_pb2,
    introspection_pb2_grpc,
)

from . import dtypes, results, state_dicts
from .backward import BackwardResult, set_objective
from .errors import translated
from .hooks import Event, Hook, hooks_to_wire
from .streams import ForwardStream, Subscription, forward_result
from .tensors import as_array, dict_to_wire, tensor_from_wire, value_to_wire
from .tokens import with_token

# gRPC's default of 4 MiB is less than one activation of a common model. -1 is unlimited.
UNLIMITED = -1


class Client:
    """A connection to one server, or to the load balancer in front of several.

    `timeout` bounds every call that does not give its own. `max_message_bytes` bounds what is sent and received.
    `token` says who calls, to a server that wants to know. `credentials`, grpc.ssl_channel_credentials() for example,
    make the connection a TLS one.
    """

    def __init__(self, address, *, timeout=None, max_message_bytes=UNLIMITED, token=None, credentials=None):
        self._timeout = timeout
        options = [
            ("grpc.max_send_message_length", max_message_bytes),
            ("grpc.max_receive_message_length", max_message_bytes),
        ]
        if credentials is None:
            self._channel = grpc.insecure_channel(address, options=options)
        else:
            self._channel = grpc.secure_channel(address, credentials, options=options)
        if token is not None:
            self._channel = with_token(self._channel, token)
        self._introspection = introspection_pb2_grpc.IntrospectionStub(self._channel)
        self._inference = inference_pb2_grpc.InferenceStub(self._channel)
        self._hooks = hooks_pb2_grpc.HooksStub(self._channel)
        self._admin = admin_pb2_grpc.AdminStub(self._channel)

    def close(self):
        self._channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    # Models.

    def models(self, *, timeout=None):
        """The versions of all models of the repository, and which are served: a list of ModelStatus."""
        response = self._call(self._introspection.ListModels, introspection_pb2.ListModelsRequest(), timeout)
        state_name = introspection_pb2.ModelState.Name
        return [
            results.ModelStatus(each.name, each.version, state_name(each.state).lower(), each.reason)
            for each in response.models
        ]

    def describe(self, model, *, version=None, timeout=None):
        """The ModelDescription of a model: the module tree, its signature, its repr, its size."""
        request = introspection_pb2.DescribeModelRequest(model=model_ref(model, version))
        response = self._call(self._introspection.DescribeModel, request, timeout)
        return results.ModelDescription(
            response.model.name,
            response.model.version,
            response.description,
            response.repr,
            response.parameter_count,
            response.parameter_bytes,
            results.precision_name(response.precision),
            response.deviation if response.HasField("deviation") else None,
        )

    # Modules.

    def named_modules(self, model, path="", *, remove_duplicate=True, version=None, timeout=None):
        """Iterates over (path, ModuleInfo) for the module at `path` and all below it. Paths are full ones."""
        request = introspection_pb2.NamedModulesRequest(
            model=model_ref(model, version), path=path, remove_duplicate=remove_duplicate
        )
        response = self._call(self._introspection.NamedModules, request, timeout)
        return iter([(info.path, results.ModuleInfo.from_wire(info)) for info in response.modules])

    def named_children(self, model, path="", *, version=None, timeout=None):
        """Iterates over (name, ModuleInfo) for the direct children of the module at `path`."""
        request = introspection_pb2.NamedChildrenRequest(model=model_ref(model, version), path=path)
        response = self._call(self._introspection.NamedChildren, request, timeout)
        return iter([(info.path.rpartition(".")[2], results.ModuleInfo.from_wire(info)) for info in response.modules])

    def get_submodule(self, model, path, *, version=None, timeout=None):
        """The ModuleInfo of one module, its repr included."""
        request = introspection_pb2.GetSubmoduleRequest(model=model_ref(model, version), path=path)
        response = self._call(self._introspection.GetSubmodule, request, timeout)
        return results.ModuleInfo.from_wire(response.module, response.repr)

    # Parameters and buffers.

    def named_parameters(self, model, path="", *, recurse=True, remove_duplicate=True, version=None, timeout=None):
        """Iterates over (path, ParameterInfo) for the parameters at and below the module at `path`."""
        request = introspection_pb2.NamedParametersRequest(
            model=model_ref(model, version), path=path, recurse=recurse, remove_duplicate=remove_duplicate
        )
        response = self._call(self._introspection.NamedParameters, request, timeout)
        return iter([(info.path, results.ParameterInfo.from_wire(info)) for info in response.parameters])

    def get_parameter(self, model, path, *, version=None, timeout=None):
        """The elements of one parameter."""
        request = introspection_pb2.GetParameterRequest(model=model_ref(model, version), path=path)
        return tensor_from_wire(self._call(self._introspection.GetParameter, request, timeout).tensor)

    def named_buffers(self, model, path="", *, recurse=True, remove_duplicate=True, version=None, timeout=None):
        """Iterates over (path, BufferInfo) for the buffers at and below the module at `path`."""
        request = introspection_pb2.NamedBuffersRequest(
            model=model_ref(model, version), path=path, recurse=recurse, remove_duplicate=remove_duplicate
        )
        response = self._call(self._introspection.NamedBuffers, request, timeout)
        return iter([(info.path, results.BufferInfo.from_wire(info)) for info in response.buffers])

    def get_buffer(self, model, path, *, version=None, timeout=None):
        """The elements of one buffer."""
        request = introspection_pb2.GetBufferRequest(model=model_ref(model, version), path=path)
        return tensor_from_wire(self._call(self._introspection.GetBuffer, request, timeout).tensor)

    def state_dict(self, model, path="", *, version=None, timeout=None):
        """The state_dict of the module at `path`: an ordered dict of arrays, with torch's `_metadata`."""
        request = introspection_pb2.StateDictRequest(model=model_ref(model, version), path=path)
        with translated():
            return state_dicts.assemble(self._introspection.StateDict(request, timeout=self._seconds(timeout)))

    def summary(self, model, inputs=None, *, version=None, timeout=None):
        """What a forward goes through, from shapes alone: a Summary.

        `inputs` are arrays, or shapes of float32 arrays, one for each input; without them the signature's examples.
        """
        request = introspection_pb2.SummaryRequest(model=model_ref(model, version))
        _set_types(request, inputs)
        response = self._call(self._introspection.Summary, request, timeout)
        totals = response.totals
        return results.Summary(
            results.ModelVersion(response.model.name, response.model.version),
            [results.SummaryRow.from_wire(row) for row in response.rows],
            results.SummaryTotals(*(getattr(totals, field) for field in results.SummaryTotals._fields)),
            response.error,
        )

    def describe_plan(self, model, inputs=None, *, threads=0, runs=None, observed=(), version=None, timeout=None):
        """The steps that a forward is made of and the time that each takes: a Plan. This runs the model `runs` times.

        `inputs` are as for summary. With `threads` 0 it computes on as many as a call alone gets. `observed` are paths
        of modules, or patterns, whose forward hooks are watched: what is watched has to exist.
        """
        request = introspection_pb2.DescribePlanRequest(
            model=model_ref(model, version),
            threads=threads,
            runs=runs,
            observed=[observed] if isinstance(observed, str) else observed,
        )
        _set_types(request, inputs)
        return results.Plan.from_wire(self._call(self._introspection.DescribePlan, request, timeout))

    # Inference.

    def forward(self, model, *inputs, hooks=None, kwargs=None, request_id="", seed=None, version=None, timeout=None):
        """Calls the model. Returns what the module returned; with `hooks` a ForwardResult, which holds the events too.

        `kwargs` are keyword arguments of the module's forward. `hooks` is a hook, a selector, or a list of either.
        `seed` is that of what is random while training.
        """
        request = _forward_request(model, inputs, hooks, kwargs, request_id, seed, version)
        response = self._call(self._inference.Forward, request, timeout)
        result = forward_result(response, [Event.from_wire(event) for event in response.events])
        return result.outputs if hooks is None else result

    def forward_stream(
        self, model, *inputs, hooks=None, kwargs=None, request_id="", seed=None, version=None, timeout=None
    ):
        """Calls the model and hands the events out while it runs: a ForwardStream."""
        request = _forward_request(model, inputs, hooks, kwargs, request_id, seed, version)
        return ForwardStream(self._inference.ForwardStream(request, timeout=self._seconds(timeout)))

    def backward(
        self,
        model,
        *inputs,
        grad_outputs=None,
        class_index=None,
        loss=None,
        output=None,
        grad_inputs=None,
        grad_parameters=None,
        hooks=None,
        kwargs=None,
        request_id="",
        seed=None,
        version=None,
        timeout=None,
    ):
        """Calls the model and differentiates: a BackwardResult.

        What is differentiated is the output, which must have one element; or its elements times `grad_outputs` (like the
        output, None where no gradient starts); or those of `class_index` (one class, or one for each row); or with
        `loss` "sum" all of its elements; or what a loss layer of the tree, a moduled.Loss, makes of it. `output` says
        which tensor of the output is meant by `class_index` and "sum".

        `grad_inputs` are the places of the tensors whose gradients are wanted (all of floating point if not given),
        `grad_parameters` the names, or globs, of parameters (all with requires_grad if not given).
        """
        request = inference_pb2.BackwardRequest(
            model=model_ref(model, version), hooks=hooks_to_wire(hooks), request_id=request_id, seed=seed
        )
        _set_arguments(request, inputs, kwargs)
        set_objective(request, grad_outputs, class_index, loss, output)
        if grad_inputs is not None:
            request.grad_inputs.SetInParent()
            request.grad_inputs.indices.extend(grad_inputs)
        if grad_parameters is not None:
            request.grad_parameters.SetInParent()
            request.grad_parameters.names.extend(grad_parameters)
        return BackwardResult.from_wire(self._call(self._inference.Backward, request, timeout))

    # Hooks.

    def subscribe(self, model, hooks, *, queue_size=None, version=None, timeout=None, resume_token=None):
        """Watches all requests of a model, whoever sends them: a Subscription. Returns when it is in place.

        Up to `queue_size` events wait for a slow reader before the oldest is dropped. Here `timeout` ends the
        subscription; without one it goes on until it is closed. Without a version all versions are watched.
        With the `resume_token` of one that a server has ended, sequence numbers go on from there.
        """
        request = hooks_pb2.SubscribeRequest(
            model=model_ref(model, version), hooks=hooks_to_wire(hooks), queue_size=queue_size,
            resume_token=resume_token,
        )
        return Subscription(self._hooks.Subscribe(request, timeout=timeout))

    def list_subscriptions(self, *, timeout=None):
        """The subscriptions that are open on the server: a list of SubscriptionInfo."""
        response = self._call(self._hooks.ListSubscriptions, hooks_pb2.ListSubscriptionsRequest(), timeout)
        return [
            results.SubscriptionInfo(
                each.id,
                results.ModelVersion(each.model.name, each.model.version),
                [Hook.from_wire(hook) for hook in each.hooks],
                each.delivered,
                each.dropped,
                each.queued,
            )
            for each in response.subscriptions
        ]

    # Administration.

    def load_model(self, model, *, description=None, seed=None, version=None, timeout=None):
        """Serves a model of the repository, or a moduled.v1.ModuleDescription, which becomes a version first.

        A description's parameters are initialised as torch would, from `seed`. Returns the ModelVersion.
        """
        request = admin_pb2.LoadModelRequest(model=model_ref(model, version), description=description, seed=seed)
        response = self._call(self._admin.LoadModel, request, timeout)
        return results.ModelVersion(response.model.name, response.model.version)

    def unload_model(self, model, *, version=None, timeout=None):
        """Stops serving a model, or one version of it. Returns the ModelVersions that no longer serve."""
        request = admin_pb2.UnloadModelRequest(model=model_ref(model, version))
        response = self._call(self._admin.UnloadModel, request, timeout)
        return [results.ModelVersion(each.name, each.version) for each in response.models]

    def load_state_dict(self, model, state_dict, strict=True, *, version=None, timeout=None):
        """Writes the next version of a model, with the tensors of `state_dict` (arrays, or torch's own), and serves it.

        Nothing changes if it fails. Returns IncompatibleKeys, which names the version too.
        """
        options = admin_pb2.LoadStateDictOptions(model=model_ref(model, version), strict=strict)
        header, arrays = state_dicts.header_of(state_dict)

        def requests():
            yield admin_pb2.LoadStateDictRequest(options=options)
            yield admin_pb2.LoadStateDictRequest(header=header)
            for piece in state_dicts.pieces_of(arrays):
                yield admin_pb2.LoadStateDictRequest(data=piece)

        response = self._call(self._admin.LoadStateDict, requests(), timeout)
        return results.IncompatibleKeys(
            list(response.missing_keys),
            list(response.unexpected_keys),
            results.ModelVersion(response.model.name, response.model.version),
        )

    def apply(self, model, *functions, path="", seed=None, version=None, timeout=None):
        """Module.apply: calls functions of moduled.functions for the module at `path` and those below, children first.

        Writes the next version of the model and serves it; nothing changes if it fails. Returns an ApplyResult.
        """
        request = admin_pb2.ApplyRequest(
            model=model_ref(model, version),
            path=path,
            functions=[function.message for function in functions],
            seed=seed,
        )
        response = self._call(self._admin.Apply, request, timeout)
        return results.ApplyResult(
            results.ModelVersion(response.model.name, response.model.version),
            [results.Visit(each.path, each.type, list(each.changed)) for each in response.visited],
        )

    def train(self, model, mode=True, *, path="", version=None, timeout=None):
        """Module.train: writes the next version, with the module at `path` and those below in that mode, and serves it.

        Returns its ModelVersion.
        """
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        request = admin_pb2.TrainRequest(model=model_ref(model, version), path=path, mode=mode)
        response = self._call(self._admin.Train, request, timeout)
        return results.ModelVersion(response.model.name, response.model.version)

    def requires_grad_(self, model, requires_grad=True, *, path="", version=None, timeout=None):
        """Module.requires_grad_: writes the next version and serves it. Returns its ModelVersion."""
        request = admin_pb2.RequiresGradRequest(
            model=model_ref(model, version), path=path, requires_grad=requires_grad
        )
        response = self._call(self._admin.RequiresGrad, request, timeout)
        return results.ModelVersion(response.model.name, response.model.version)

    def _call(self, method, request, timeout):
        with translated():
            return method(request, timeout=self._seconds(timeout))

    def _seconds(self, timeout):
        return self._timeout if timeout is None else timeout


def model_ref(model, version=None):
    """The wire's ModelRef of "name", "name:version" or (name, version), or of a name and a separate version."""
    if isinstance(model, str):
        name, _, own_version = model.partition(":")
    else:
        name, own_version = model
    if own_version and version is not None and str(own_version) != str(version):
        raise ValueError(f"two versions of {name} are asked for ({own_version} and {version})")
    return introspection_pb2.ModelRef(name=name, version=str(own_version or version or ""))


def _forward_request(model, inputs, hooks, kwargs, request_id, seed, version):
    request = inference_pb2.ForwardRequest(
        model=model_ref(model, version), hooks=hooks_to_wire(hooks), request_id=request_id, seed=seed
    )
    _set_arguments(request, inputs, kwargs)
    return request


def _set_types(request, inputs):
    """The types of arrays, or shapes of float32 arrays."""
    for value in inputs or ():
        is_shape = isinstance(value, (tuple, list))
        request.inputs.add(
            dtype=dtypes.to_wire(np.dtype(np.float32) if is_shape else as_array(value).dtype),
            shape=value if is_shape else as_array(value).shape,
        )


def _set_arguments(request, inputs, kwargs):
    for value in inputs:
        value_to_wire(value, request.inputs.add())
    if kwargs:
        dict_to_wire(kwargs, request.kwargs)
