"""Stores, schedules, serves and shows."""
