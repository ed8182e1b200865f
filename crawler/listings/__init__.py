"""Listings: feeds, product feeds and ad exports, from bytes to entries; one form a file, all of them pure."""
