"""From the saved bytes of a page to a Document: a pure function, safe on hostile input."""
