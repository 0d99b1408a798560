"""Benchmarks: `python -m tests.benchmarks`, and a load generator for any leader."""
