"""What `mcp-telemetry query` is made of: reading an answer, and four ways to show it."""
