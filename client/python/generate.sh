#!/bin/sh
# Generates the Python code of the wire, moduled/v1/*_pb2.py and *_pb2_grpc.py, from ../../proto (or from the folder
# given). Safe to run again: each file is replaced by the same content.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
protos=${1:-$here/../../proto}
out=${2:-$here}
plugin=$(command -v grpc_python_plugin) || { echo "generate.sh: grpc_python_plugin not found (Debian: protobuf-compiler-grpc)" >&2; exit 1; }
cd "$protos"
mkdir -p "$out/moduled/v1/layers"
protoc -I . --python_out="$out" moduled/v1/*.proto moduled/v1/layers/*.proto
# Only files with services get stubs.
protoc -I . --grpc_python_out="$out" --plugin=protoc-gen-grpc_python="$plugin" $(grep -l '^service ' moduled/v1/*.proto)
touch "$out/moduled/v1/__init__.py" "$out/moduled/v1/layers/__init__.py"
