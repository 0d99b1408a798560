"""The web dashboard and JSON API of mcp-telemetry."""
