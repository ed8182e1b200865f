"""Labelled examples that this project wrote; see README.md here."""
