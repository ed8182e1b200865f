"""How fast both crawlers of a bench may ask; nobody waits on loopback."""

CONCURRENCY = 64
PER_HOST = 8
