"""Measures how serving compares with what it is made of: the engine alone, and gRPC alone. See tests/bench/serving."""
