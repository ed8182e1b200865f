"""Extraction and judging joined, in processes that can be killed."""
