"""Where the leader keeps rows: in memory (ring) and on disk (hour files)."""
