"""The hot path: a walk over lexbor's tree (selectolax), without recursion; for markup that the prescan lets through."""

from typing import Final

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from crawler.extraction.events import PageEvents

_UNOPENED: Final = frozenset({"-comment", "-doctype", "script", "style"})
_OPTIONS: Final = LexborDocumentOptions.WO_EVENTS.value


def walk(markup: str, events: PageEvents) -> None:
    """Tell the events of the page as a browser that runs scripts would parse it."""
    # The parser must outlive the walk: the nodes are views into its memory.
    parser = LexborHTMLParser(markup, options=_OPTIONS, scripting=True)
    root = parser.root
    document = root.parent if root is not None else None
    node = document.first_child if document is not None else None
    above: list[LexborNode] = []
    open_, close, text = events.open, events.close, events.text
    while node is not None:
        tag = node.tag
        if tag == "-text":
            text(node.text_content or "")
        elif tag is not None and tag not in _UNOPENED:
            open_(tag.lower(), node.attributes)
            child = node.first_child or (_template_child(node) if tag == "template" else None)
            if child is not None:
                above.append(node)
                node = child
                continue
            close()
        elif tag == "-comment":
            events.comment(node.comment_content or "")
        elif tag == "script":
            events.script(node.attributes, node.text())
        following = node.next
        while following is None and above:
            close()
            following = above.pop().next
        node = following


def _template_child(node: LexborNode) -> LexborNode | None:
    """The content of a template stands beside the tree."""
    fragments = node.template_fragments()
    return fragments[0].first_child if fragments else None
