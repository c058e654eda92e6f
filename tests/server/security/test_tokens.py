"""Bearer tokens: who may call what, over gRPC."""
import grpc
import numpy as np
import pytest
import reflection
import servers
from callers import CALLERS, access_text, token_of

import moduled

PICTURE = np.zeros((1, 1, 28, 28), np.float32)
# What anybody may ask: whether the server lives, and what it offers. Everything else needs a token.
OPEN_SERVICES = {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
OPEN_METHODS = {"/inference.GRPCInferenceService/ServerLive", "/inference.GRPCInferenceService/ServerReady"}


def client(server, name):
    return moduled.Client(server.address, token=token_of(name), timeout=60)


def call_empty(channel, path, method, metadata=None):
    """The error of a call with an empty message, whatever kind of method it is; None if it was answered."""
    kinds = {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
        (True, True): channel.stream_stream,
    }
    call = kinds[method.client_streaming, method.server_streaming](path, None, None)
    request = iter([b""]) if method.client_streaming else b""
    try:
        answer = call(request, metadata=metadata, timeout=60)
        if method.server_streaming:
            list(answer)
    except grpc.RpcError as error:
        return error
    return None


def every_method(channel):
    found = []
    for service in sorted(set(reflection.services(channel)) - OPEN_SERVICES):
        found += [(f"/{service}/{method.name}", method) for method in reflection.methods(channel, service)]
    return found


@pytest.mark.parametrize("metadata", [None, [("authorization", "Bearer wrong")], [("authorization", "Basic cm9vdA==")]])
def test_no_method_of_any_service_is_open_to_strangers(guarded, metadata):
    with grpc.insecure_channel(guarded.address) as channel:
        tried = every_method(channel)
        assert len(tried) > 20
        for path, method in tried:
            error = call_empty(channel, path, method, metadata)
            if path in OPEN_METHODS:
                assert error is None, path
            else:
                assert error is not None and error.code() == grpc.StatusCode.UNAUTHENTICATED, path
                assert error.details().startswith("authorization: "), path
                assert "wrong" not in error.details() and "cm9v" not in error.details()


def test_every_method_asks_for_a_role(models, tmp_path):
    """A known caller whose models are none of the server's gets nothing but lists without entries."""
    (tmp_path / "tokens").write_text(access_text({"nobody": {"roles": ["infer"], "models": ["no-such-model"]}}))
    # ModelStreamInfer says in its answers what is wrong, unless it is asked for a status.
    header = [("authorization", f"Bearer {token_of('nobody')}"), ("triton_grpc_error", "true")]
    with servers.serving(models, "--tokens", tmp_path / "tokens") as server:
        with grpc.insecure_channel(server.address) as channel:
            for path, method in every_method(channel):
                error = call_empty(channel, path, method, header)
                if path in OPEN_METHODS:
                    continue
                assert error is not None, path
                # An upload says with its first piece which model it is for; an empty one is none.
                is_upload = method.client_streaming and not method.server_streaming
                wanted = "INVALID_ARGUMENT" if is_upload else "PERMISSION_DENIED"
                assert error.code().name == wanted, f"{path}: {error.details()}"


def test_a_call_with_two_tokens_is_refused(guarded):
    header = ("authorization", f"Bearer {token_of('root')}")
    with grpc.insecure_channel(guarded.address) as channel:
        call = channel.unary_unary("/moduled.v1.Introspection/ListModels", None, None)
        with pytest.raises(grpc.RpcError) as caught:
            call(b"", metadata=[header, header])
        assert caught.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_roles_are_for_what_they_say(guarded):
    with client(guarded, "root") as root:
        assert root.forward("fashion_mnist", PICTURE, hooks=["**"]).events
        assert {each.name for each in root.models()} == {"fashion_mnist", "other"}
        root.list_subscriptions()
    with client(guarded, "app") as app:
        assert app.forward("other", PICTURE).shape == (1, 10)
        for attempt in (
            lambda: app.models(),
            lambda: app.describe("other"),
            lambda: app.state_dict("other"),
            lambda: app.subscribe("other", ["**"]),
            lambda: app.list_subscriptions(),
            lambda: app.unload_model("other"),
            lambda: app.load_state_dict("other", {}),
        ):
            with pytest.raises(moduled.PermissionDeniedError):
                attempt()


def test_hooks_and_edits_of_a_request_need_observe_as_well(guarded):
    with client(guarded, "app") as app:
        for hooks in (["**"], [moduled.Hook("**", edit=moduled.Zero())]):
            with pytest.raises(moduled.PermissionDeniedError, match='role observe for model "fashion_mnist": not granted'):
                app.forward("fashion_mnist", PICTURE, hooks=hooks)
            with pytest.raises(moduled.PermissionDeniedError, match="role observe"):
                app.backward("fashion_mnist", PICTURE, class_index=0, hooks=hooks)
    with client(guarded, "watcher") as watcher:
        assert watcher.forward("fashion_mnist", PICTURE, hooks=["**"]).events


def test_a_caller_sees_and_reaches_its_models_alone(guarded):
    with client(guarded, "viewer") as viewer:
        assert {each.name for each in viewer.models()} == {"fashion_mnist"}
        assert viewer.describe("fashion_mnist").parameter_count > 0
        for name in ("other", "no-such-model", "../other", ""):
            with pytest.raises(moduled.PermissionDeniedError) as caught:
                viewer.describe(name)
            assert caught.value.message == f'role inspect for model "{name}": not granted'
    with client(guarded, "watcher") as watcher, client(guarded, "root") as root:
        with root.subscribe("other", ["**"]), watcher.subscribe("fashion_mnist", ["**"]):
            assert {each.model.name for each in watcher.list_subscriptions()} == {"fashion_mnist"}
            assert {each.model.name for each in root.list_subscriptions()} == {"fashion_mnist", "other"}
    with client(guarded, "operator") as operator:
        with pytest.raises(moduled.PermissionDeniedError, match='role admin for model "fashion_mnist"'):
            operator.load_state_dict("fashion_mnist", {})
        assert operator.load_model("other").name == "other"


def test_a_stream_of_events_needs_its_roles_as_well(guarded):
    with client(guarded, "app") as app:
        with pytest.raises(moduled.PermissionDeniedError, match="role observe"):
            app.forward_stream("fashion_mnist", PICTURE, hooks=["**"]).result()


def until(server, text):
    """The first line of the server's that holds the text. It has to come: the server looks at its files every second."""
    seen = 0
    while True:
        while seen < len(server.output):
            if text in server.output[seen]:
                return server.output[seen]
            seen += 1
        server.wait_for_output(seen)


def replace(path, text):
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


def test_a_changed_file_counts_and_a_bad_one_changes_nothing(models, tmp_path):
    tokens = tmp_path / "tokens.pbtxt"
    tokens.write_text(access_text({"app": CALLERS["app"]}))
    with servers.serving(models, "--tokens", tokens) as server, client(server, "app") as app:
        app.forward("other", PICTURE)
        replace(tokens, "credentials { name: ")
        assert "the rules stay as they were" in until(server, "--tokens: the rules")
        app.forward("other", PICTURE)
        replace(tokens, access_text({"root": CALLERS["root"]}))
        until(server, "read again, credentials: 1")
        with pytest.raises(moduled.UnauthenticatedError):
            app.forward("other", PICTURE)
        with client(server, "root") as root:
            root.forward("other", PICTURE)
        server.terminate()
        everything = "".join(server.output)
        assert token_of("app") not in everything and token_of("root") not in everything


@pytest.mark.parametrize(
    "text, said",
    [
        (None, "no such file"),
        ("", "credentials: none"),
        ("credentials { name: 'a' roles: 'infer' token_sha256: 'oops-a-token' }", "token_sha256: not 64 hexadecimal"),
        ("credentials { name: 'a' roles: 'boss' certificate: 'b' }", "roles: unknown"),
    ],
)
def test_a_bad_file_at_the_start_ends_the_server_with_one_line(models, tmp_path, text, said):
    tokens = tmp_path / "tokens.pbtxt"
    if text is not None:
        tokens.write_text(text)
    done = servers.failing(models, "--tokens", tokens)
    assert done.returncode not in (0, None)
    assert done.stderr.count("\n") == 1 and said in done.stderr and done.stderr.startswith("moduled: ")
    assert "oops" not in done.stderr


def test_a_server_without_tokens_is_open(models):
    with servers.serving(models) as server, moduled.Client(server.address, timeout=60) as anybody:
        assert anybody.forward("other", PICTURE, hooks=["**"]).events
