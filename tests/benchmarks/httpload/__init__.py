"""The same snapshots for databases that are fed over HTTP: each node on a keep-alive connection of its own.

    python -m tests.benchmarks.httpload --target 127.0.0.1:8428 --protocol remote-write --nodes 1000 --arrival random

It prints the same two lines of JSON as tests.benchmarks.loadgen; an ack is the response.
"""
