"""Reads of the store, one noun a file; each takes an open session."""
