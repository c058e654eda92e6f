"""Bare Debian 12 systems for the tests: made by debootstrap once, kept under build/, unpacked for each use."""

import pathlib
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ARCHIVE = REPOSITORY / "build" / "debian" / "bookworm.tar"
RELEASES = ("bookworm", "bookworm-updates", "bookworm-security")


def apt_sources() -> list[str]:
    """Where this machine gets Debian's packages from, as lines of sources.list: what works here works in the root."""
    lines = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"],
        check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    return [f"deb {line}" for line in lines if line.split()[1] in RELEASES]


def apt_proxy_settings() -> str:
    """How this machine reaches the archive: its proxies, and how strict it is about the age of an archive's lists."""
    settings = subprocess.run(["apt-config", "dump", "Acquire"], check=True, capture_output=True, text=True).stdout
    wanted = ("Acquire::http", "Acquire::https", "Acquire::Check-")
    return "".join(line + "\n" for line in settings.splitlines() if line.startswith(wanted))


def archive() -> pathlib.Path:
    """A tar file of the smallest Debian 12 (debootstrap's minbase) that can install packages as this machine does."""
    if ARCHIVE.exists():
        return ARCHIVE
    root = ARCHIVE.parent / "bookworm"
    subprocess.run(["rm", "-rf", root], check=True)
    root.mkdir(parents=True)
    sources = apt_sources()
    mirror = next(line.split()[1] for line in sources if line.split()[2] == "bookworm")
    subprocess.run(["debootstrap", "--variant=minbase", "bookworm", root, mirror], check=True)
    (root / "etc/apt/sources.list").write_text("".join(line + "\n" for line in sources))
    (root / "etc/apt/apt.conf.d/90archive").write_text(apt_proxy_settings())
    # Written under another name first: a run that was broken off leaves no half archive behind.
    unfinished = ARCHIVE.with_suffix(".unfinished")
    subprocess.run(["tar", "--create", "--file", unfinished, "--directory", root, "."], check=True)
    unfinished.rename(ARCHIVE)
    subprocess.run(["rm", "-rf", root], check=True)
    return ARCHIVE
