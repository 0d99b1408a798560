"""Live monitoring for swarms of MCP servers."""
