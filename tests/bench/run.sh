#!/usr/bin/env bash
# Measures the bundled model and resnet18, in the engine and through a server over loopback. Build first.
#
#   tests/bench/run.sh [--benchmark_… flags of Google Benchmark]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# MODULED_BUILD: the folder of another build.
readonly build="${MODULED_BUILD:-build/release}"
readonly repository=build/bench/models
if [[ ! -d "$repository/resnet18" ]]; then
  mkdir -p "$repository"
  PYTHONPATH=client/python /usr/bin/python3 - "$repository" <<'PYTHON'
import sys

import torch
import torchvision

import moduled

torch.manual_seed(0)
net = torchvision.models.resnet18().eval()
moduled.export(net, sys.argv[1], name="resnet18", example_inputs=(torch.zeros(1, 3, 224, 224),))
PYTHON
fi
rm -rf "$repository/fashion_mnist"
cp -r deploy/models/fashion_mnist "$repository/"

"$build/tests/bench/moduled_bench" "$repository" "$build/server/moduled" "$@"
