"""A node: samples on a grid, keeps each snapshot until a leader has it, and embeds into an MCP server."""
