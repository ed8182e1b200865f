"""Command groups of `rxwarden`, one a file."""
