"""The wire's Python code from its source folder, a repository with two models, and callers with tokens of their own."""
import hashlib
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "client/python"), str(ROOT / "tests/support")]
subprocess.run([ROOT / "client/python/generate.sh"], check=True)

import pytest  # noqa: E402
import servers  # noqa: E402

# Who may do what in these tests; the token is the name with a suffix that nobody guesses.
CALLERS = {
    "root": {"roles": ["infer", "inspect", "observe", "admin"]},
    "app": {"roles": ["infer"]},
    "viewer": {"roles": ["inspect"], "models": ["fashion_*"]},
    "watcher": {"roles": ["infer", "observe"], "models": ["fashion_mnist"]},
    "operator": {"roles": ["admin"], "models": ["other"]},
}


def token_of(name):
    return f"{name}-6f1d0a"


def access_text(callers):
    """The file of --tokens, as an operator writes it."""
    text = ""
    for name, caller in callers.items():
        digest = hashlib.sha256(token_of(name).encode()).hexdigest()
        text += f'credentials {{\n  name: "{name}"\n  token_sha256: "{digest}"\n'
        text += "".join(f'  roles: "{role}"\n' for role in caller["roles"])
        text += "".join(f'  models: "{model}"\n' for model in caller.get("models", []))
        text += "}\n"
    return text


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """The bundled model under two names."""
    directory = tmp_path_factory.mktemp("models")
    for name in ("fashion_mnist", "other"):
        shutil.copytree(servers.MODELS / "fashion_mnist", directory / name)
    return directory


@pytest.fixture(scope="session")
def guarded(models, tmp_path_factory):
    """A server that knows CALLERS."""
    tokens = tmp_path_factory.mktemp("access") / "tokens.pbtxt"
    tokens.write_text(access_text(CALLERS))
    with servers.serving(models, "--tokens", tokens) as server:
        yield server
