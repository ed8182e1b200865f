"""The review console: pages for people, drawn on the server."""
