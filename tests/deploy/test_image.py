"""The Dockerfile is built for real, by buildah, and the image's server classifies a picture."""

import json
import pathlib
import subprocess

import debian_root
import pytest
import servers

pytestmark = pytest.mark.slow

REPOSITORY = debian_root.REPOSITORY
STORE = REPOSITORY / "build" / "buildah"
BASE = "docker.io/library/debian:bookworm-slim"
IMAGE = "localhost/moduled:test"


def buildah(*arguments) -> str:
    """Runs buildah on a store of the tests' own, which needs neither a daemon nor a file system of layers."""
    store = ["--root", STORE / "images", "--runroot", STORE / "run", "--storage-driver", "vfs"]
    result = subprocess.run(["buildah", *store, *arguments], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert result.returncode == 0, f"buildah {arguments[0]} failed"
    return result.stdout.strip()


@pytest.fixture(scope="module")
def base_image():
    """Stands in for debian:bookworm-slim of the registry: the same system, made here by debootstrap."""
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, debian_root.archive(), "/")
    buildah("commit", "--quiet", "--rm", container, BASE)


@pytest.fixture(scope="module")
def compiler_cache() -> str:
    """This machine's cache, so that what the other tests are built from is not compiled a second time for the image."""
    show = ["ccache", "--get-config", "cache_dir"]
    cache = subprocess.run(show, check=True, capture_output=True, text=True).stdout.strip()
    pathlib.Path(cache).mkdir(parents=True, exist_ok=True)
    return cache


@pytest.fixture(scope="module")
def image(base_image, compiler_cache):
    volume = f"{compiler_cache}:/root/.cache/ccache"
    buildah("bud", "--isolation", "chroot", "--pull-never", "--volume", volume, "--tag", IMAGE, ".")
    yield json.loads(buildah("inspect", "--type", "image", IMAGE))["OCIv1"]["config"]
    buildah("rmi", IMAGE)


@pytest.fixture(scope="module")
def inside(image):
    """Makes a command of the host run another one inside the image, as the image's user, in the same process."""
    container = buildah("from", "--pull-never", IMAGE)
    root = buildah("mount", container)
    enter = f'mount -t proc proc {root}/proc && exec chroot --userspec={image["User"]} --groups= {root} "$@"'
    yield lambda *command: ["unshare", "--mount", "env", "-i", *image["Env"], "sh", "-c", enter, "sh", *command]
    buildah("rm", container)


def on_any_port(command: list) -> list:
    """The image's command with ports that the system chooses: the fixed ones may be in use on the testing machine."""
    return ["127.0.0.1:0" if word.startswith("0.0.0.0:") else word for word in command]


def test_the_image_names_a_user_without_rights_by_number(image):
    user, group = image["User"].split(":")
    assert int(user) > 0 and int(group) > 0


def test_the_image_holds_the_programs_and_nothing_that_built_them(inside):
    missing = subprocess.run(inside("sh", "-c", "command -v g++ cmake protoc"), capture_output=True, text=True)
    assert missing.stdout == ""
    for program in ("moduled", "modulectl"):
        subprocess.run(inside(program, "--help"), check=True, capture_output=True)


def test_the_image_serves_a_picture(image, inside):
    pictures = REPOSITORY / "deploy/models/fashion_mnist/pictures"
    picture = sorted(pictures.glob("*.png"))[0]
    label = picture.stem.split("_", 1)[1]
    with servers.Server(inside(*image["Entrypoint"], *on_any_port(image["Cmd"]))) as server:
        path = pathlib.Path("/models/fashion_mnist/pictures") / picture.name
        command = ["modulectl", "--server", server.address, "forward", "fashion_mnist", path]
        answer = subprocess.run(inside(*command), check=True, capture_output=True, text=True).stdout
    assert label in answer
    assert server.terminate() == 0


def test_the_image_says_what_is_wrong_with_its_arguments(inside):
    result = subprocess.run(
        inside("moduled", "--repository", "/no-such-folder", "--listen", "127.0.0.1:0"), capture_output=True, text=True
    )
    assert result.returncode != 0
    assert "/no-such-folder" in result.stderr
