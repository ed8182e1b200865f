"""What goes over the pipes between a job and its browser: JSON lines in, framed answers out."""

import json
from dataclasses import asdict
from datetime import datetime

from crawler.exceptions import FrameBroken
from crawler.protocol import MAGIC, PREFIX, Reader, read_exactly
from crawler.rendering.items import Answer, Hello, Refused, RenderFailure, Rendering, RenderOrder, RenderPolicy

MAX_HEADER = 1 << 20
# Html, text and picture together, each of which the policy bounds.
MAX_BODY = 160 << 20


def encode_start(policy: RenderPolicy) -> bytes:
    """Give the first line for a browser."""
    return _line({"policy": asdict(policy)})


def decode_start(line: bytes) -> RenderPolicy:
    """Read the first line; a CrawlerError says what is wrong with it."""
    try:
        fields = json.loads(line)["policy"]
        return RenderPolicy(**(fields | {"allowed_addresses": tuple(fields["allowed_addresses"])}))
    except (ValueError, KeyError, TypeError) as problem:
        raise FrameBroken(f"the start message cannot be read: {problem!r}") from problem


def encode_order(order: RenderOrder) -> bytes:
    """Give the line for one page."""
    return _line({"order": asdict(order)})


def decode_order(line: bytes) -> RenderOrder:
    """Read the line of a page."""
    try:
        fields = json.loads(line)["order"]
        return RenderOrder(str(fields["url"]), tuple(str(host) for host in fields["hosts"]))
    except (ValueError, KeyError, TypeError) as problem:
        raise FrameBroken(f"an order cannot be read: {problem!r}") from problem


def encode_answer(answer: Answer | Hello) -> bytes:
    """Give the frame for one answer."""
    fields = asdict(answer)
    body = b""
    if isinstance(answer, Rendering):
        kind = "rendering"
        text = answer.text.encode("utf-8", "surrogatepass")
        body = answer.html + text + answer.screenshot
        fields |= {
            "fetched_at": answer.fetched_at.isoformat(),
            "html": len(answer.html),
            "text": len(text),
            "screenshot": len(answer.screenshot),
        }
    else:
        kind = "hello" if isinstance(answer, Hello) else "failure"
    header = _line({kind: fields})
    return PREFIX.pack(MAGIC, len(header), len(body)) + header + body


def read_answer(read: Reader) -> Answer | Hello:
    """Read one frame; FrameBroken when the stream ends before it is whole, or it lies."""
    magic, header_size, body_size = PREFIX.unpack(read_exactly(read, PREFIX.size))
    if magic != MAGIC or header_size > MAX_HEADER or body_size > MAX_BODY:
        raise FrameBroken("the bytes are no frame of this protocol")
    header, body = read_exactly(read, header_size), read_exactly(read, body_size)
    try:
        message = json.loads(header)
        if "hello" in message:
            return Hello(str(message["hello"]["browser"]), message["hello"]["sandboxed"] is True)
        if "rendering" in message:
            return _rendering(message["rendering"], body)
        fields = message["failure"]
        return RenderFailure(str(fields["url"]), str(fields["reason"]), str(fields["detail"]))
    except (ValueError, KeyError, TypeError) as problem:
        raise FrameBroken(f"the header of a frame cannot be read: {problem!r}") from problem


def _rendering(fields: dict[str, object], body: bytes) -> Rendering:
    """Build the Rendering field by field: what a browser sends has been near hostile bytes."""
    refused, truncated = fields["refused"], fields["truncated"]
    if not isinstance(refused, list) or not isinstance(truncated, list):
        raise TypeError("refused and truncated must be lists")
    html, text = _number(fields["html"]), _number(fields["text"])
    if html + text + _number(fields["screenshot"]) != len(body):
        raise ValueError("the parts of the body do not fill it")
    return Rendering(
        url=str(fields["url"]),
        final_url=str(fields["final_url"]),
        status=_number(fields["status"]),
        fetched_at=datetime.fromisoformat(str(fields["fetched_at"])),
        html=body[:html],
        text=body[html : html + text].decode("utf-8", "surrogatepass"),
        screenshot=body[html + text :],
        width=_number(fields["width"]),
        height=_number(fields["height"]),
        browser=str(fields["browser"]),
        refused=tuple(Refused(str(one["what"]), str(one["why"])) for one in refused),
        refused_count=_number(fields["refused_count"]),
        requests=_number(fields["requests"]),
        received=_number(fields["received"]),
        truncated=tuple(str(one) for one in truncated),
    )


def _number(value: object) -> int:
    number = int(str(value))
    if number < 0:
        raise ValueError(f"{number} is below zero")
    return number


def _line(message: dict[str, object]) -> bytes:
    return json.dumps(message).encode("ascii") + b"\n"
