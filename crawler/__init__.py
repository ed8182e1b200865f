"""The crawler room: from a URL to a Page, and from a Page to a Document."""
