#!/bin/sh
# Generates the Python code of the wire, moduled/v1/*_pb2.py and *_pb2_grpc.py, from ../../proto (or the folder given).
# A file is replaced only when its content changes, and then at once, so builds may run this side by side.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
protos=${1:-$here/../../proto}
plugin=$(command -v grpc_python_plugin) || {
  echo "generate.sh: grpc_python_plugin not found (Debian: protobuf-compiler-grpc)" >&2
  exit 1
}
made=$(mktemp -d "$here/.generated.XXXXXX")
trap 'rm -rf "$made"' EXIT
cd "$protos"
protoc -I . --python_out="$made" moduled/v1/*.proto moduled/v1/layers/*.proto
# Only files with services get stubs.
protoc -I . --grpc_python_out="$made" --plugin=protoc-gen-grpc_python="$plugin" \
  $(grep -l '^service ' moduled/v1/*.proto)
touch "$made/moduled/v1/__init__.py" "$made/moduled/v1/layers/__init__.py"
mkdir -p "$here/moduled/v1/layers"
cd "$made"
for file in moduled/v1/*.py moduled/v1/layers/*.py; do
  cmp -s "$file" "$here/$file" || mv -f "$file" "$here/$file"
done
