"""From the bytes of a batch to rows of numbers, without building an object per value.

Consecutive snapshots of a node are the same bytes but for the numbers in them, because every measurement has a fixed
width. So the bytes of one snapshot are read field by field once (`layout`), and every further snapshot that differs
only in its numbers is a comparison and a copy, for a whole batch at a time (`batch`).
"""
