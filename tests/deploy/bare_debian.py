#!/usr/bin/env python3
"""Runs a command of the repository on a fresh Debian 12 that has its smallest base system and git, and nothing else.

    sudo tests/deploy/bare_debian.py deploy/demo.sh
    sudo tests/deploy/bare_debian.py tests/run.sh --quick

What is committed is cloned into /src of a new root, where the command runs twice: the second run must find everything
done. build/ of the root is copied to build/bare-debian, so that the pictures can be looked at. It takes as long as two
installations and a build without a compiler cache do, and is therefore run by hand, not by tests/run.sh.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import debian_root

REPOSITORY = debian_root.REPOSITORY
# What a login on a new machine sets, whatever the testing machine's own environment is.
ENVIRONMENT = ["HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]
# Mounts and processes of the command end with it: its mount and process namespaces are its own.
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
ENTER = 'mount -t proc proc "$0/proc" && mount -t sysfs sysfs "$0/sys" && exec chroot "$0" env -i "$@"'


def inside(root: str, *command: str) -> None:
    print("bare_debian:", *command, flush=True)
    enter = ["sh", "-c", ENTER, root, *ENVIRONMENT]
    status = subprocess.run([*NAMESPACES, *enter, *command], stdin=subprocess.DEVNULL).returncode
    if status != 0:
        sys.exit(f"bare_debian: {' '.join(command)} failed with status {status}")


def main(script: str, *arguments: str) -> None:
    with tempfile.TemporaryDirectory(prefix="bare-debian-") as root:
        subprocess.run(["tar", "--extract", "--file", debian_root.archive(), "--directory", root], check=True)
        for file in ("/etc/resolv.conf", "/etc/hosts"):
            shutil.copy(file, root + file)
        inside(root, "apt-get", "update", "--quiet=2")
        inside(root, "apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", "git")
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", REPOSITORY, root + "/src"], check=True)
        try:
            for _ in range(2):
                inside(root, "bash", f"/src/{script}", *arguments)
        finally:
            results = REPOSITORY / "build" / "bare-debian"
            shutil.rmtree(results, ignore_errors=True)
            for folder in ("demo", "test-reports"):
                if (found := pathlib.Path(root) / "src/build" / folder).exists():
                    shutil.copytree(found, results / folder)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
