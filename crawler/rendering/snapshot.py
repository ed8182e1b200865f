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

# For all frames together, and for a step with one: a frame without an end must not cost the page.
FRAMES_SECONDS = 15.0
FRAME_SECONDS = 3.0

# Runs in a world of its own, where nothing that the page has put in the place of the browser's functions is seen.
# The fields of a form hide its properties there too, so these are taken from where the browser defines them.
# Shadow trees become ordinary elements, so that every reader of the markup meets their text.
TAKE_DOWN = """(most) => {
  const own = (type, name) => {
    const { get } = Object.getOwnPropertyDescriptor(type.prototype, name);
    return (element) => { try { return get.call(element); } catch { return ""; } };
  };
  const shadowOf = own(Element, "shadowRoot"), nameOf = own(Element, "tagName"), markupOf = own(Element, "outerHTML");
  const wordsOf = own(HTMLElement, "innerText");
  const hosts = [];
  const search = (root) => {
    for (const element of root.querySelectorAll("*"))
      if (shadowOf(element)) { hosts.push(element); search(shadowOf(element)); }
  };
  search(document);
  const parts = [document.body ? wordsOf(document.body) : ""];
  for (const host of hosts)
    for (const child of shadowOf(host).children)
      if (!["STYLE", "SCRIPT", "TEMPLATE", "LINK"].includes(nameOf(child))) parts.push(wordsOf(child));
  for (const host of hosts.reverse()) {
    const shown = document.createElement("div");
    shown.setAttribute("data-shadow", "");
    shown.append(...shadowOf(host).childNodes);
    Element.prototype.append.call(host, shown);
  }
  const root = document.documentElement;
  const html = root ? markupOf(root) : "";
  const text = parts.filter((part) => part.trim()).join("\\n");
  return {
    html: html.slice(0, most), text: text.slice(0, most), cut: html.length > most || text.length > most,
    inner: document.body ? document.body.innerHTML.slice(0, most) : "",
    pixels: innerWidth * innerHeight, url: location.href,
  };
}"""


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
    is_cut = own["cut"] is True
    frames, left_out = await _frames(context, page, session, most)
    for one in frames:
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
    # Asked of the browser and not of the page, whose scripts may have put anything in the place of a height.
    async with asyncio.timeout(STEP_SECONDS):
        told = await session.send("Page.getLayoutMetrics")
    return int(told["cssContentSize"]["height"])


async def _capture(session: CDPSession, height: int, quality: int) -> bytes:
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
    wanted = {"format": "jpeg", "quality": quality, "captureBeyondViewport": True, "clip": clip}
    async with asyncio.timeout(STEP_SECONDS):
        return base64.b64decode((await session.send("Page.captureScreenshot", wanted))["data"])


async def _frames(
    context: BrowserContext, page: Page, session: CDPSession, most: int
) -> tuple[list[dict[str, object]], bool]:
    """Give the frames that take up room on the page, up to `most` characters, and whether any were left out."""
    found: list[dict[str, object]] = []
    left_out = False
    try:
        async with asyncio.timeout(FRAMES_SECONDS):
            async for one in _each_frame(context, page, session, most):
                if len(found) == MOST_FRAMES or most < 0:
                    return found, True
                if one is None:
                    left_out = True
                else:
                    found.append(one)
                    most -= len(str(one["inner"]))
    except TimeoutError:
        return found, True
    return found, left_out


async def _each_frame(
    context: BrowserContext, page: Page, session: CDPSession, most: int
) -> AsyncIterator[dict[str, object] | None]:
    """Give what each frame shows, whichever process draws it; None for one that does not answer."""
    sessions = [session]
    for frame in page.frames[1 : 2 * MOST_FRAMES]:
        try:
            sessions.append(await context.new_cdp_session(frame))
        except Error:
            # A frame of the page's own process is met through the page's session.
            continue
    for number, one in enumerate(sessions):
        try:
            frame_ids = (await _frame_ids(one, FRAME_SECONDS))[0 if number else 1 :]
        except (Error, TimeoutError):
            yield None
            continue
        for frame_id in frame_ids:
            try:
                read = await _read(one, frame_id, most, FRAME_SECONDS)
            except TimeoutError:
                yield None
            except Error:
                continue
            else:
                if float(str(read["pixels"])) >= LEAST_FRAME_PIXELS and read["inner"]:
                    yield read


async def _frame_ids(session: CDPSession, seconds: float = STEP_SECONDS) -> list[str]:
    async with asyncio.timeout(seconds):
        tree = (await session.send("Page.getFrameTree"))["frameTree"]
    return list(_ids(tree))


def _ids(tree: dict[str, object]) -> Iterator[str]:
    frame, children = tree["frame"], tree.get("childFrames", [])
    assert isinstance(frame, dict)
    assert isinstance(children, list)
    yield str(frame["id"])
    for child in children:
        yield from _ids(child)


async def _read(session: CDPSession, frame_id: str, most: int, seconds: float = STEP_SECONDS) -> dict[str, object]:
    async with asyncio.timeout(seconds):
        world = await session.send("Page.createIsolatedWorld", {"frameId": frame_id, "worldName": WORLD})
        expression = f"({TAKE_DOWN})({most})"
        where = {"expression": expression, "contextId": world["executionContextId"], "returnByValue": True}
        told = await session.send("Runtime.evaluate", where)
    value = told["result"].get("value")
    if not isinstance(value, dict):
        raise Error("the page could not be read")
    return value
