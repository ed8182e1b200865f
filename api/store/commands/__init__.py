"""Writes to the store, one noun a file; each takes a session of `api.store.engine.writing`."""
