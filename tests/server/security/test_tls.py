"""TLS and mutual TLS on gRPC's port, and health in plaintext beside it."""
import re
import shutil
import socket
import ssl
import subprocess

import certificates
import grpc
import numpy as np
import pytest
import servers
from callers import access_text, token_of
from test_modulectl_token import modulectl
from test_tokens import until

import moduled

PICTURE = np.zeros((1, 1, 28, 28), np.float32)
HEALTH = "/grpc.health.v1.Health/"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp("stranger"), "stranger")


@pytest.fixture(scope="module")
def pair(authority):
    return authority.issue("server")


def tls(pair, *more):
    return ["--tls-cert", pair[0], "--tls-key", pair[1], *more]


def credentials(authority, pair=None):
    cert, key = (None, None) if pair is None else (path.read_bytes() for path in pair)
    return grpc.ssl_channel_credentials(authority.ca.read_bytes(), private_key=key, certificate_chain=cert)


def connect(server, *arguments, **options):
    return moduled.Client(server.address, timeout=30, credentials=credentials(*arguments), **options)


def serial_of(server, authority):
    """The number of the certificate that a new connection is shown, as Python's own TLS sees it."""
    context = ssl.create_default_context(cafile=authority.ca)
    context.set_alpn_protocols(["h2"])
    host, port = server.address.rsplit(":", 1)
    with socket.create_connection((host, int(port))) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as wrapped:
            return wrapped.getpeercert()["serialNumber"]


def test_serves_by_tls_alone(models, authority, stranger, pair):
    with servers.serving(models, *tls(pair)) as server:
        with connect(server, authority) as client:
            assert client.forward("other", PICTURE).shape == (1, 10)
        with connect(server, stranger) as client, pytest.raises(moduled.UnavailableError):
            client.models()
        with moduled.Client(server.address, timeout=30) as client, pytest.raises(moduled.UnavailableError):
            client.models()
        with connect(server, authority) as client:
            client.models()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # That is what is tested.
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
def test_speaks_no_outdated_version_of_tls(models, authority, pair, version):
    context = ssl.create_default_context(cafile=authority.ca)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.set_alpn_protocols(["h2"])
    with servers.serving(models, *tls(pair)) as server:
        host, port = server.address.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as plain:
            if version == ssl.TLSVersion.TLSv1_2:  # The same client is welcome with this one.
                context.wrap_socket(plain, server_hostname="localhost").close()
                return
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(plain, server_hostname="localhost")


def test_mutual_tls_asks_for_a_certificate_that_the_authority_vouches_for(models, authority, stranger, pair):
    with servers.serving(models, *tls(pair, "--tls-client-ca", authority.ca)) as server:
        with connect(server, authority, authority.issue("client")) as client:
            assert client.forward("other", PICTURE).shape == (1, 10)
        for wrong in (None, stranger.issue("intruder"), authority.issue("late", days=-1)):
            with connect(server, authority, wrong) as client, pytest.raises(moduled.UnavailableError):
                client.models()
        with connect(server, authority, authority.issue("client")) as client:
            client.models()


def test_a_certificate_may_stand_for_a_token(models, authority, pair, tmp_path):
    (tmp_path / "tokens").write_text(
        'credentials { name: "bench" certificate: "bench.example" roles: "infer" }' + access_text({"root": {"roles": ["admin"]}})
    )
    options = tls(pair, "--tls-client-ca", authority.ca, "--tokens", tmp_path / "tokens")
    with servers.serving(models, *options) as server:
        with connect(server, authority, authority.issue("bench.example")) as bench:
            bench.forward("other", PICTURE)
            with pytest.raises(moduled.PermissionDeniedError):
                bench.models()
        with connect(server, authority, authority.issue("nobody.example")) as nobody:
            with pytest.raises(moduled.UnauthenticatedError):
                nobody.forward("other", PICTURE)
        with connect(server, authority, authority.issue("nobody.example"), token=token_of("root")) as root:
            assert root.load_model("other").name == "other"


def test_a_new_certificate_counts_for_new_connections_and_a_bad_one_changes_nothing(models, authority, tmp_path):
    served = tmp_path / "cert.pem", tmp_path / "key.pem"

    def install(pair):
        for new, path in zip(pair, served):
            shutil.copy(new, path.with_suffix(".new"))
            path.with_suffix(".new").rename(path)

    first, second = authority.issue("first"), authority.issue("second")
    install(first)
    with servers.serving(models, *tls(served)) as server, connect(server, authority) as client:
        client.models()
        before = serial_of(server, authority)
        (tmp_path / "cert.pem").write_text("no certificate")
        assert "--tls-cert: holds no certificate" in until(server, "the certificate stays as it was")
        assert serial_of(server, authority) == before
        install(second)
        until(server, "the certificate was read again")
        assert serial_of(server, authority) != before
        client.models()
        with connect(server, authority) as another:
            another.models()


@pytest.mark.parametrize("case", ["missing", "empty", "garbage", "swapped", "foreign key", "encrypted", "expired", "bad ca"])
def test_a_bad_certificate_at_the_start_ends_the_server_with_one_line(models, authority, pair, tmp_path, case):
    cert, key = pair
    (tmp_path / "empty").write_text("")
    (tmp_path / "garbage").write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    options, said = {
        "missing": (tls((tmp_path / "none.pem", key)), "no such file"),
        "empty": (tls((tmp_path / "empty", key)), "--tls-cert: holds no certificate"),
        "garbage": (tls((tmp_path / "garbage", key)), "--tls-cert: holds no certificate"),
        "swapped": (tls((key, cert)), "--tls-cert: holds no certificate"),
        "foreign key": (tls((cert, authority.issue("another")[1])), "--tls-key: is not the key"),
        "encrypted": (tls((cert, certificates.encrypted(key, tmp_path / "locked"))), "--tls-key: holds no private key"),
        "expired": (tls(authority.issue("past", days=-1)), "--tls-cert: has expired"),
        "bad ca": (tls(pair, "--tls-client-ca", tmp_path / "empty"), "--tls-client-ca: "),
    }[case]
    done = servers.failing(models, *options)
    assert done.returncode not in (0, None)
    assert done.stderr.startswith("moduled: ") and said in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_a_certificate_needs_its_key(models, pair):
    done = servers.failing(models, "--tls-cert", pair[0])
    assert done.returncode not in (0, None) and "--tls-key" in done.stderr


def test_health_is_answered_in_plaintext_on_a_port_of_its_own(models, authority, pair, tmp_path):
    (tmp_path / "tokens").write_text(access_text({"root": {"roles": ["admin"]}}))
    options = tls(pair, "--tls-client-ca", authority.ca, "--tokens", tmp_path / "tokens")
    with servers.serving(models, *options, "--health-listen", "127.0.0.1:0") as server:
        health = re.search(r"^health on (\S+)$", "".join(server.output), re.MULTILINE)[1]
        with grpc.insecure_channel(health) as channel:
            check = channel.unary_unary(HEALTH + "Check", None, None)
            serving = b"\x08\x01"
            assert check(b"", timeout=30) == serving
            assert check(b"\x0a\x05other", timeout=30) == serving
            with pytest.raises(grpc.RpcError) as caught:
                check(b"\x0a\x05otter", timeout=30)
            assert caught.value.code() == grpc.StatusCode.NOT_FOUND
            watch = channel.unary_stream(HEALTH + "Watch", None, None)(b"", timeout=60)
            assert next(watch) == serving
            # Nothing else is there.
            for method in ("/moduled.v1.Introspection/ListModels", "/inference.GRPCInferenceService/ModelInfer"):
                with pytest.raises(grpc.RpcError) as caught:
                    channel.unary_unary(method, None, None)(b"", timeout=30)
                assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED
            # A model that goes is told of here too.
            with connect(server, authority, authority.issue("client"), token=token_of("root")) as root:
                root.unload_model("other")
            with pytest.raises(grpc.RpcError) as caught:
                check(b"\x0a\x05otter", timeout=30)
            assert check(b"\x0a\x05other", timeout=30) == b"\x08\x02"
            assert server.terminate() == 0


def test_modulectl_speaks_tls(models, authority, pair, tmp_path):
    cert, key = authority.issue("client")
    with servers.serving(models, *tls(pair, "--tls-client-ca", authority.ca)) as server:
        done = modulectl(server, "models", "--ca", authority.ca, "--cert", cert, "--key", key)
        assert done.returncode == 0 and "fashion_mnist" in done.stdout, done.stderr
        assert modulectl(server, "models", "--ca", authority.ca).returncode == 3
        assert modulectl(server, "models", "--tls", "--timeout", "10").returncode in (3, 6)
        done = modulectl(server, "models", "--cert", cert)
        assert done.returncode == 2 and "--key" in done.stderr


def test_openssl_finds_nothing_to_complain_about(models, authority, pair):
    with servers.serving(models, *tls(pair)) as server:
        words = ["openssl", "s_client", "-connect", server.address, "-CAfile", authority.ca, "-alpn", "h2", "-brief"]
        done = subprocess.run(words, input=b"", capture_output=True, timeout=60)
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert "Verification: OK" in said and "Protocol version: TLSv1.3" in said, said
