"""PyTorch as one of the compared, eager or traced. The requests are those of engine_worker.cc.

    python3 -m comparison.workers.torch_worker eager|traced
"""
import json
import os
import sys
import time
import warnings

import numpy as np
import torch


class TorchWorker:
    def __init__(self, mode):
        self._traced = mode == "traced"
        self._call = None
        self._input = None

    def ready(self, request):
        return {}

    def load(self, request):
        torch.set_num_threads(request["threads"])
        module = torch.load(request["model"])
        self._input = torch.from_numpy(np.fromfile(request["input"], "<f4")).reshape(request["shape"])
        self._call = self._trace(module) if self._traced else module
        return {}

    def run(self, request):
        times = []
        for _ in range(request["warm"]):
            self._call(self._input)
        for _ in range(request["times"]):
            start = time.perf_counter_ns()
            self._call(self._input)
            times.append(time.perf_counter_ns() - start)
        return {"nanoseconds": times}

    def save(self, request):
        self._call(self._input).numpy().astype("<f4").tofile(request["path"])
        return {}

    def _trace(self, module):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # That sizes become constants is meant.
            traced = torch.jit.trace(module, self._input)
        return torch.jit.optimize_for_inference(torch.jit.freeze(traced))


@torch.inference_mode()
def main(mode):
    # Whatever the libraries print must not come between the replies.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = TorchWorker(mode)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = getattr(worker, request["do"])(request)
        except Exception as error:  # Whatever fails is the answer: the driver shows it.
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
