"""Benches: what they measure is a ratio to a yardstick in the same run; nothing here is a test."""
