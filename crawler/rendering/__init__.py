"""Renders pages in a browser that reaches public web servers only, in a process of its own."""
