"""The two streams of events: what one request's hooks see, and what a subscription sees of all requests."""
import grpc

from .errors import Error, from_rpc, translated
from .hooks import Event, Unfired
from .results import ForwardResult, ModelVersion
from .tensors import value_from_wire


def forward_result(response, events):
    """The ForwardResult of a ForwardResponse, with the events given."""
    return ForwardResult(
        outputs=value_from_wire(response.output),
        events=events,
        unfired=[Unfired.from_wire(unfired) for unfired in response.unfired],
        model=ModelVersion(response.model.name, response.model.version),
        request_id=response.request_id,
    )


class ForwardStream:
    """Iterates over the events of one request as its modules return; result() is what the request returned.

    As a context manager it cancels what is not over at its end.
    """

    def __init__(self, call):
        self._call = call
        self._result = None

    def __iter__(self):
        return self

    def __next__(self):
        with translated():
            message = next(self._call)
        if message.WhichOneof("kind") == "event":
            return Event.from_wire(message.event)
        self._result = forward_result(message.response, [])
        # The stream ends with the result; waiting for its end brings a failure to light.
        with translated():
            for _ in self._call:
                raise Error("the server went on after the result", grpc.StatusCode.INTERNAL)
        raise StopIteration

    def result(self):
        """The ForwardResult. Events that have not been iterated over yet are in its `events`."""
        if self._result is None:
            events = list(self)
            if self._result is None:
                raise Error("the stream ended without a result", grpc.StatusCode.INTERNAL)
            self._result.events.extend(events)
        return self._result

    def cancel(self):
        self._call.cancel()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.cancel()


class Subscription:
    """Iterates over the events of all requests, until it is closed or its timeout passes.

    `id` names it on the server; `paths` are the modules that its hooks select; `dropped` counts the events that were
    dropped so far because they were not read in time. Where the server ends it, `resume_token` is for a subscription to
    the same: its sequence numbers go on. As a context manager it is closed at its end. close() may be
    called from any thread: the iteration ends then.
    """

    def __init__(self, call):
        self._call = call
        self._closed = False
        self.dropped = 0
        self.resume_token = None
        with translated():
            first = next(call)
        if first.WhichOneof("kind") != "subscribed":
            raise Error("the subscription did not begin with what it selects", grpc.StatusCode.INTERNAL)
        self.id = first.subscribed.id
        self.paths = list(first.subscribed.paths)

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            try:
                message = next(self._call)
            except grpc.RpcError as error:
                if self._closed:
                    raise StopIteration from None
                raise from_rpc(error) from None
            kind = message.WhichOneof("kind")
            if kind == "heartbeat":
                self.dropped = message.heartbeat.dropped
            elif kind == "ended":
                self.resume_token = message.ended.resume_token
            elif kind == "event":
                self.dropped += message.event.dropped
                return Event.from_wire(message.event)

    def close(self):
        self._closed = True
        self._call.cancel()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
