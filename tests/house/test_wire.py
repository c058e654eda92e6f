"""The wire explains itself: every message, field, enumeration, service and method of the contract has a comment."""

import pathlib
import subprocess

from google.protobuf import descriptor_pb2

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"

# Where a file descriptor keeps what can carry a comment: the numbers that lead to it, and the numbers inside it.
NAMED = {
    "message_type": {"field": {}, "oneof_decl": {}, "nested_type": {}, "enum_type": {"value": {}}},
    "enum_type": {"value": {}},
    "service": {"method": {}},
}
NAMED["message_type"]["nested_type"] = NAMED["message_type"]


def describe(root: pathlib.Path, files: list, out: pathlib.Path) -> descriptor_pb2.FileDescriptorSet:
    command = ["protoc", "-I", root, "--include_source_info", f"--descriptor_set_out={out}", *files]
    subprocess.run(command, check=True)
    return descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())


def parts_of(descriptor, kinds, path=()):
    """(path of numbers, full name) of everything inside a descriptor that can carry a comment."""
    for kind, inner in kinds.items():
        number = descriptor.DESCRIPTOR.fields_by_name[kind].number
        for index, part in enumerate(getattr(descriptor, kind)):
            if is_made_by_protoc(kind, part, descriptor):
                continue
            here = (*path, number, index)
            yield here, part.name
            for below, name in parts_of(part, inner, here):
                yield below, f"{part.name}.{name}"


def is_made_by_protoc(kind, part, parent) -> bool:
    """protoc adds a oneof for each optional field, and a message for each map."""
    if kind == "oneof_decl":
        index = list(parent.oneof_decl).index(part)
        members = [field for field in parent.field if field.HasField("oneof_index") and field.oneof_index == index]
        return all(field.proto3_optional for field in members)
    return kind == "nested_type" and part.options.map_entry


def without_comment(files: descriptor_pb2.FileDescriptorSet) -> list:
    found = []
    for file in files.file:
        commented = {
            tuple(place.path)
            for place in file.source_code_info.location
            if place.leading_comments.strip() or place.trailing_comments.strip()
        }
        found += [f"{file.name}: {name}" for path, name in parts_of(file, NAMED) if path not in commented]
    return found


def test_everything_on_the_wire_has_a_comment(tmp_path):
    files = sorted((PROTO / "moduled").rglob("*.proto"))
    described = describe(PROTO, files, tmp_path / "wire.bin")
    assert len(described.file) == len(files) > 0
    assert without_comment(described) == []


def test_a_missing_comment_is_found(tmp_path):
    (tmp_path / "a.proto").write_text(
        """syntax = "proto3";
        // Has a comment.
        message Said { int32 said = 1;  // So has this.
          optional int32 unsaid = 2;
          // An optional field's own oneof needs none.
          optional int32 also_said = 3;
          // A map's own message needs none.
          map<string, int32> map = 4;
          oneof unsaid_choice {
            int32 a = 5;  // Has one.
          }
        }
        enum Unsaid {
          // Has one.
          ZERO = 0;
          ONE = 1;
        }
        """
    )
    described = describe(tmp_path, [tmp_path / "a.proto"], tmp_path / "wire.bin")
    assert without_comment(described) == [
        "a.proto: Said.unsaid",
        "a.proto: Said.unsaid_choice",
        "a.proto: Unsaid",
        "a.proto: Unsaid.ONE",
    ]
