"""The leader: takes what nodes stream, keeps it, and answers questions about it."""
