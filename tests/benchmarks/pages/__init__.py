"""Pages of a dashboard in a real Chromium: opening them, and what they cost."""
