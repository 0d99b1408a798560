"""Arithmetic of samples in memory, without I/O: rows, buckets, rates, aggregates, thinning."""
