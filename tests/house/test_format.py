"""Every C++ file looks as .clang-format says."""

import pathlib
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("nn", "server", "client", "proto", "tests")
ENDINGS = {".h", ".cc"}


def test_every_cpp_file_is_formatted():
    files = [path for folder in FOLDERS for path in (REPOSITORY / folder).rglob("*") if path.suffix in ENDINGS]
    assert files, "no C++ file was found: the test looks in the wrong place"
    result = subprocess.run(
        ["clang-format-14", "--dry-run", "-Werror", *sorted(files)], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
