"""The spiders, one a file; each is named as its module and its `spider` in sources.toml."""
