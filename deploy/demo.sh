#!/usr/bin/env bash
# From Debian 12's base system to a served model with its insides open: installs what is missing, builds, starts moduled
# with the bundled model, classifies real pictures, draws features that it streams, and measures the accuracy.
# The pictures it draws and the server's log are in build/demo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly output=build/demo
readonly model=fashion_mnist
export PYTHONPATH="client/python:deploy/models/$model"

say() { printf '\n== %s\n\n' "$*"; }

# Starts the server on a port that the system chooses and waits until it says where it listens.
start_server() {
  local log line
  exec {log}< <(exec build/release/server/moduled --repository deploy/models --listen 127.0.0.1:0 --http "" 2>&1)
  server_pid=$!
  trap stop_server EXIT
  while IFS= read -r line <&"$log"; do
    echo "$line" >>"$output/server.log"
    if [[ "$line" =~ listening\ on\ ([^ ]+:[0-9]+) ]]; then
      address="${BASH_REMATCH[1]}"
      cat <&"$log" >>"$output/server.log" &
      return
    fi
  done
  echo "demo: moduled did not come up; it said:" >&2
  cat "$output/server.log" >&2
  exit 1
}

stop_server() {
  kill "$server_pid" 2>/dev/null || true  # It may have ended by itself.
  wait "$server_pid" || true
}

deploy/install-packages.sh demo
deploy/build.sh moduled modulectl moduled_python

mkdir -p "$output"
: >"$output/server.log"
start_server
say "moduled serves deploy/models on $address"
build/release/client/modulectl/modulectl --server "$address" models

say "Test pictures: what they show, and what the model says"
/usr/bin/python3 deploy/demo/predictions.py "$address" "$model" "deploy/models/$model/pictures"

say "The module tree"
build/release/client/modulectl/modulectl --server "$address" describe "$model"

say "Features, streamed from the first convolution"
/usr/bin/python3 deploy/demo/feature_maps.py "$address" "$model" "deploy/models/$model/pictures" "$output"

say "Accuracy over the 10,000 test pictures, through the server"
/usr/bin/python3 deploy/demo/accuracy.py "$address" "$model"
