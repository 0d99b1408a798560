"""A load generator for any leader: many nodes, each on a connection of its own, speaking the real protocol.

    python -m tests.benchmarks.loadgen --leader 127.0.0.1:50051 --nodes 1000 --seconds 30

It prints one line of JSON when every node has been welcomed and one with the result.
"""
