"""Takes down what a page shows once it has settled: its elements, its text, its picture."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from playwright.async_api import BrowserContext, CDPSession, Error, Page

WIDTH = 1280
VIEWPORT_HEIGHT = 900
WORLD = "rxwarden"
STEP_SECONDS = 10.0
MOST_FRAMES = 20
LEAST_FRAME_PIXELS = 5_000
QUALITIES = (70, 45, 25)

# Runs in a world of its own, where nothing that the page has put in the place of the browser's functions is seen.
# Shadow trees become ordinary elements, so that every reader of the markup meets their text.
TAKE_DOWN = """(most) => {
  const hosts = [];
  const search = (root) => {
    for (const element of root.querySelectorAll("*"))
      if (element.shadowRoot) { hosts.push(element); search(element.shadowRoot); }
  };
  search(document);
  const parts = [document.body ? document.body.innerText : ""];
  for (const host of hosts)
    for (const child of host.shadowRoot.children)
      if (!["STYLE", "SCRIPT", "TEMPLATE", "LINK"].includes(child.tagName)) parts.push(child.innerText || "");
  for (const host of hosts.reverse()) {
    const shown = document.createElement("div");
    shown.setAttribute("data-shadow", "");
    shown.append(...host.shadowRoot.childNodes);
    host.append(shown);
  }
  const root = document.documentElement;
  const html = root ? root.outerHTML : "";
  const text = parts.filter((part) => part.trim()).join("\\n");
  return {
    html: html.slice(0, most), text: text.slice(0, most), cut: html.length > most || text.length > most,
    inner: document.body ? document.body.innerHTML.slice(0, most) : "",
    pixels: innerWidth * innerHeight, url: location.href,
  };
}"""
HEIGHT = (
    "Math.max(document.documentElement ? document.documentElement.scrollHeight : 0,"
    " document.body ? document.body.scrollHeight : 0)"
)


@dataclass(frozen=True, slots=True)
class Taken:
    """The markup and text of a page with its frames; `truncated` as in Rendering."""

    html: bytes
    text: str
    truncated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG with its size in pixels; no bytes when none could be taken."""

    jpeg: bytes = b""
    width: int = 0
    height: int = 0
    is_cut: bool = False


async def take_down(context: BrowserContext, page: Page, session: CDPSession, most: int) -> Taken:
    """Give the markup and text; `most` bounds each in bytes. Raises Error or TimeoutError when the page is dead."""
    own = await _read(session, (await _frame_ids(session))[0], most)
    html, texts = [f"<!doctype html>{own['html']}"], [str(own["text"])]
    is_cut, left_out = own["cut"] is True, False
    async for one in _frames(context, page, session, most):
        if len(html) > MOST_FRAMES:
            left_out = True
            break
        html.append(f"<section>{one['inner']}</section>")
        texts.append(str(one["text"]))
        is_cut = is_cut or one["cut"] is True
    whole, text = "".join(html).encode("utf-8", "replace"), "\n".join(texts)
    is_cut = is_cut or len(whole) > most or len(text) > most
    told = [name for name, is_so in (("html", is_cut), ("frames", left_out)) if is_so]
    return Taken(whole[:most].decode("utf-8", "ignore").encode(), text[:most], tuple(told))


async def take_picture(session: CDPSession, max_height: int, max_bytes: int) -> Picture:
    """Give the picture of the page from its top, coarser or shorter until it is small enough."""
    try:
        height = await _height(session)
        shown = min(max(height, VIEWPORT_HEIGHT), max_height)
        for quality in QUALITIES:
            jpeg = await _capture(session, shown, quality)
            if len(jpeg) <= max_bytes:
                return Picture(jpeg, WIDTH, shown, is_cut=height > shown)
        jpeg = await _capture(session, VIEWPORT_HEIGHT, QUALITIES[-1])
        return Picture(jpeg, WIDTH, VIEWPORT_HEIGHT, is_cut=True) if len(jpeg) <= max_bytes else Picture()
    except (Error, TimeoutError):
        return Picture()


async def _height(session: CDPSession) -> int:
    async with asyncio.timeout(STEP_SECONDS):
        told = await session.send("Runtime.evaluate", {"expression": HEIGHT, "returnByValue": True})
    value = told["result"].get("value", 0)
    return int(value) if isinstance(value, int | float) and value < 1e9 else 0


async def _capture(session: CDPSession, height: int, quality: int) -> bytes:
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
    wanted = {"format": "jpeg", "quality": quality, "captureBeyondViewport": True, "clip": clip}
    async with asyncio.timeout(STEP_SECONDS):
        return base64.b64decode((await session.send("Page.captureScreenshot", wanted))["data"])


async def _frames(
    context: BrowserContext, page: Page, session: CDPSession, most: int
) -> AsyncIterator[dict[str, object]]:
    """Give each frame that takes up room on the page, whichever process draws it."""
    sessions = [session]
    for frame in page.frames[1 : 2 * MOST_FRAMES]:
        try:
            sessions.append(await context.new_cdp_session(frame))
        except Error:
            # A frame of the page's own process is met through the page's session.
            continue
    for number, one in enumerate(sessions):
        for frame_id in (await _frame_ids(one))[0 if number else 1 :]:
            try:
                read = await _read(one, frame_id, most)
            except (Error, TimeoutError):
                continue
            if float(str(read["pixels"])) >= LEAST_FRAME_PIXELS and read["inner"]:
                yield read


async def _frame_ids(session: CDPSession) -> list[str]:
    async with asyncio.timeout(STEP_SECONDS):
        tree = (await session.send("Page.getFrameTree"))["frameTree"]
    return list(_ids(tree))


def _ids(tree: dict[str, object]) -> Iterator[str]:
    frame, children = tree["frame"], tree.get("childFrames", [])
    assert isinstance(frame, dict)
    assert isinstance(children, list)
    yield str(frame["id"])
    for child in children:
        yield from _ids(child)


async def _read(session: CDPSession, frame_id: str, most: int) -> dict[str, object]:
    async with asyncio.timeout(STEP_SECONDS):
        world = await session.send("Page.createIsolatedWorld", {"frameId": frame_id, "worldName": WORLD})
        expression = f"({TAKE_DOWN})({most})"
        where = {"expression": expression, "contextId": world["executionContextId"], "returnByValue": True}
        told = await session.send("Runtime.evaluate", where)
    value = told["result"].get("value")
    if not isinstance(value, dict):
        raise Error("the page could not be read")
    return value
