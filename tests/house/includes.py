"""Reads the includes of a source tree and says which of them the rooms' table forbids."""

import pathlib
import re
from typing import Iterator, NamedTuple, Optional

import rooms

SOURCE_FOLDERS = ("proto/", "nn/", "server/", "client/")
SOURCE_ENDINGS = {".h", ".cc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


class Include(NamedTuple):
    file: str  # Relative to the tree, as `header` is.
    line: int
    header: str
    quoted: bool


def includes_of(tree: pathlib.Path) -> Iterator[Include]:
    for folder in SOURCE_FOLDERS:
        for path in sorted((tree / folder).rglob("*")):
            if path.suffix not in SOURCE_ENDINGS:
                continue
            for number, text in enumerate(path.read_text().splitlines(), start=1):
                if match := INCLUDE.match(text):
                    yield Include(path.relative_to(tree).as_posix(), number, match[2], match[1] == '"')


def lies_in(path: str, place: str) -> bool:
    return path == place or path.startswith(place + "/")


def room_of(path: str) -> Optional[str]:
    return max((room for room in rooms.ROOMS if lies_in(path, room)), key=len, default=None)


def may_include(room: str, header_room: str) -> bool:
    return header_room == room or any(lies_in(header_room, place) for place in rooms.ROOMS[room])


def objection_to(include: Include, tree: pathlib.Path) -> Optional[str]:
    room = room_of(include.file)
    if room is None:
        return "the file lies in no room of tests/house/rooms.py"
    for name, pattern, allowed in rooms.GUARDED_HEADERS:
        if re.fullmatch(pattern, include.header) and not any(lies_in(include.file, place) for place in allowed):
            return f"{name} headers are for {', '.join(allowed)}"
    header_room = room_of(include.header)
    if header_room is not None:
        if may_include(room, header_room):
            return None
        return f"{room} may include {', '.join(rooms.ROOMS[room]) or 'no other room'}"
    if include.header.startswith(SOURCE_FOLDERS) or (include.quoted and is_relative(include, tree)):
        return "an include of the house is a path from the top of the repository into a room"
    return None


def is_relative(include: Include, tree: pathlib.Path) -> bool:
    """Whether a quoted include is found beside the file that has it. (Libraries are quoted too: "absl/...".)"""
    return "/" not in include.header or ((tree / include.file).parent / include.header).exists()


def violations(tree: pathlib.Path) -> list[str]:
    """One line for each forbidden include of the tree, ready to be read by whoever wrote it."""
    found = []
    for include in includes_of(tree):
        if objection := objection_to(include, tree):
            found.append(f"{include.file}:{include.line}: includes {include.header}, but {objection}")
    return found
