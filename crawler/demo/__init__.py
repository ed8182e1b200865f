"""The demo web: small made-up sites served on loopback."""
