"""The exceptions of the client: one class a status, all of them moduled.Error."""
import contextlib

import grpc


class Error(Exception):
    """A call that failed. `code` is the grpc.StatusCode, `message` what the server (or gRPC itself) says."""

    code = grpc.StatusCode.UNKNOWN

    def __init__(self, message, code=None):
        self.code = code or type(self).code
        self.message = message
        super().__init__(f"{self.code.name}: {message}")


class InvalidArgumentError(Error):
    """The request is wrong: the message names the field and what was expected."""

    code = grpc.StatusCode.INVALID_ARGUMENT


class NotFoundError(Error):
    """There is no such model, version or module."""

    code = grpc.StatusCode.NOT_FOUND


class FailedPreconditionError(Error):
    """The state of the server or the model forbids it."""

    code = grpc.StatusCode.FAILED_PRECONDITION


class ResourceExhaustedError(Error):
    """A queue is full or a limit is reached."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED


class UnauthenticatedError(Error):
    """The server wants to know who calls, and does not: the token is missing or unknown."""

    code = grpc.StatusCode.UNAUTHENTICATED


class PermissionDeniedError(Error):
    """The token is not for this: the message names the role and the model."""

    code = grpc.StatusCode.PERMISSION_DENIED


class DeadlineExceededError(Error):
    """The timeout passed."""

    code = grpc.StatusCode.DEADLINE_EXCEEDED


class CancelledError(Error):
    """The call was cancelled."""

    code = grpc.StatusCode.CANCELLED


class UnavailableError(Error):
    """The server cannot be reached, or takes no more requests."""

    code = grpc.StatusCode.UNAVAILABLE


_BY_CODE = {each.code: each for each in Error.__subclasses__()}


def from_rpc(error):
    """The moduled.Error of a grpc.RpcError."""
    return _BY_CODE.get(error.code(), Error)(error.details(), error.code())


@contextlib.contextmanager
def translated():
    """Raises the grpc.RpcErrors of its body as moduled.Errors."""
    try:
        yield
    except grpc.RpcError as error:
        raise from_rpc(error) from None
