"""This engine beside PyTorch and ONNX Runtime: the same models, weights and inputs, in one run, taking turns.

tests/bench/compare starts it. The modules, from what is measured to what is said about it: networks, artifacts,
engines, worker, measure, figures, report, plot.
"""
