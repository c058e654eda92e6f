"""Who calls in these tests, and what the server is told of them."""
import hashlib
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]

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
