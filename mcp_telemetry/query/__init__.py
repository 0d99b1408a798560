"""Answers to questions about stretches of time: planned, read from every tier, transformed, aggregated, encoded.

Nothing here knows of sockets or event loops: an answer is a generator that asks for what is in memory only and gives
encoded messages, so that it can run in a thread, in another process or in a test.
"""
