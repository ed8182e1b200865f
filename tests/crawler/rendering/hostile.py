"""The pages of the hostile web that a browser is sent to."""

from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler

from tests.crawler.loopback import Odd, Reply, redirect

HTML = {"Content-Type": "text/html; charset=utf-8"}
JAVASCRIPT = {"Content-Type": "text/javascript"}


# A page that says next to nothing is waited for; these are not about that.
SOMETHING = "<p>It says as much as an ordinary page does, so that nobody waits for more to be drawn.</p>"


def page(body: str, **headers: str) -> Reply:
    """An HTML page that says more than a few words."""
    return Reply((body + SOMETHING).encode(), headers=HTML | headers)


def thin(body: str, **headers: str) -> Reply:
    """An HTML page of these words alone."""
    return Reply(body.encode(), headers=HTML | headers)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A page that goes on for as long as anybody listens."""
    _head(handler, "text/html")
    with suppress(OSError):
        handler.wfile.write(b"<h1>Begun</h1>")
        while True:
            handler.wfile.write(b"<p>" + b"and more " * 500)


def stalled(handler: BaseHTTPRequestHandler) -> None:
    """Something that begins and is never finished, until the other side hangs up."""
    _head(handler, "image/png")
    with suppress(OSError):
        handler.wfile.flush()
        handler.rfile.read(1)


def silent(handler: BaseHTTPRequestHandler) -> None:
    """No answer at all."""
    with suppress(OSError):
        handler.rfile.read(1)


def _head(handler: BaseHTTPRequestHandler, kind: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.end_headers()


# What a page can try to reach an address with; `{at}` is host and port of what it is after.
REACHING = """<h1>Attack</h1>
<link rel=preconnect href="http://{at}/"><link rel=prefetch href="http://{at}/prefetch">
<link rel=dns-prefetch href="//{at}/"><link rel=stylesheet href="http://{at}/style.css">
<link rel=preload as=script href="http://{at}/preload.js"><link rel=icon href="http://{at}/icon.png">
<script type=speculationrules>{{"prefetch": [{{"urls": ["http://{at}/spec"]}}],
 "prerender": [{{"urls": ["http://{at}/spec2"]}}]}}</script>
<script src="http://{at}/script.js"></script><img src="http://{at}/image.png"><img src="/to?{at}">
<iframe src="http://{at}/frame"></iframe><iframe src="file:///etc/passwd"></iframe>
<iframe srcdoc="<img src='http://{at}/from-a-frame'>"></iframe>
<object data="http://{at}/object"></object><embed src="http://{at}/embed">
<video src="http://{at}/video.mp4" autoplay></video><audio src="http://{at}/a.mp3" autoplay></audio>
<form id=form method=post action="http://{at}/form" target=other><input name=a></form><iframe name=other></iframe>
<form id=own method=post action="http://{at}/form"></form>
<a id=pinging href="#x" ping="http://{at}/ping">x</a>
<script>
const attempt = (what) => {{ try {{ what(); }} catch (error) {{}} }};
attempt(() => fetch("http://{at}/fetch", {{mode: "no-cors"}}).catch(() => 0));
attempt(() => fetch("http://{at}/keep", {{mode: "no-cors", keepalive: true, method: "POST"}}).catch(() => 0));
attempt(() => {{ const x = new XMLHttpRequest(); x.open("GET", "http://{at}/xhr"); x.send(); }});
attempt(() => new WebSocket("ws://{at}/socket"));
attempt(() => new EventSource("http://{at}/events"));
attempt(() => navigator.sendBeacon("http://{at}/beacon", "x"));
attempt(() => new WebTransport("https://{at}/transport"));
attempt(() => window.open("http://{at}/window"));
attempt(() => Worker && new Worker(URL.createObjectURL(new Blob(
  ["importScripts('http://{at}/worker.js')"], {{type: "text/javascript"}}))));
attempt(() => navigator.serviceWorker.register("/worker.js"));
attempt(() => {{ document.getElementById("form").submit(); }});
attempt(() => {{ document.getElementById("pinging").click(); }});
attempt(() => {{
  const frame = document.createElement("iframe");
  document.body.append(frame);
  for (const view of [window, frame.contentWindow]) {{
    const Connection = view.RTCPeerConnection || view.webkitRTCPeerConnection;
    if (!Connection) continue;
    const c = new Connection({{iceServers: [{{urls: ["stun:{at}", "turn:{at}?transport=tcp"],
      username: "a", credential: "b"}}]}});
    c.createDataChannel("x");
    c.createOffer().then((offer) => c.setLocalDescription(offer));
  }}
}});
setTimeout(() => document.body.append("All was tried"), 300);
setTimeout(() => attempt(() => document.getElementById("own").submit()), 350);
</script>"""


def reaching(at: str) -> Reply:
    """A page that tries to reach `host:port` in every way there is."""
    return page(REACHING.format(at=at))


PAGES: Mapping[str, Reply | Odd] = {
    "/plain": page("<title>Plain</title><h1>Plain page</h1><p>Nothing is hidden here."),
    "/scripted": thin(
        "<div id=app></div><script src=/app.js></script>", **{"Set-Cookie": "seen=yes", "X-Frame-Options": "DENY"}
    ),
    "/app.js": Reply(
        b"fetch('/data.json').then((answer) => answer.json()).then((data) => {"
        b"document.title = 'Shop'; document.getElementById('app').innerHTML = data.html; });",
        headers=JAVASCRIPT,
    ),
    "/data.json": Reply(
        b'{"html": "<h1>Drawn by a script</h1><p>Prices on request, and much more about nothing in particular</p>"}'
    ),
    "/cookie": page("<script>document.write(document.cookie || 'no cookie'); document.cookie = 'a=b'</script>"),
    "/shadow": page(
        "<main><p>In the light</p><x-card><b>slotted</b></x-card></main><script>"
        "document.querySelector('x-card').attachShadow({mode: 'closed'}).innerHTML ="
        "'<style>p{color:red}</style><p>In the shadow</p><slot></slot>'</script>"
    ),
    "/tall": page("<body style='margin:0;background:linear-gradient(red,blue);height:90000px'><h1>Tall</h1>"),
    "/popups": page("<h1>Popups</h1><script>for (let i = 0; i < 50; i++) window.open('/plain')</script>"),
    "/alerts": page("<h1>Alerts</h1><script>for (let i = 0; i < 100000; i++) alert(confirm(prompt(i)))</script><p>on"),
    "/alert-loop": page("<h1>Alerts</h1><script>setTimeout(() => { while (true) alert('pay'); }, 100)</script>"),
    "/unload": page("<h1>Stay</h1><script>onbeforeunload = (e) => { e.preventDefault(); return 'stay' }</script>"),
    "/loop-at-once": page("<h1>Looping</h1><p>before</p><script>for (;;) {}</script><p>after</p>"),
    "/scroll": page(
        "<h1>Endless</h1><script>const more = () => { for (let i = 0; i < 40; i++) document.body.append("
        "Object.assign(document.createElement('p'), {textContent: 'more to see ' + i})); };"
        "more(); addEventListener('scroll', more); setInterval(more, 20)</script>"
    ),
    "/bomb": page(
        "<h1>Bomb</h1><script>setTimeout(() => { for (let i = 0; i < 40000; i++) document.body.append("
        "document.createElement('i'), 'boom '); }, 10)</script>"
    ),
    "/hog": page(
        "<h1>Hog</h1><script>const kept = []; setInterval(() => { for (let i = 0; i < 8; i++)"
        "kept.push(new Uint8Array(16 << 20).fill(1)); }, 10)</script>"
    ),
    "/measured": page(
        "<h1>Measured</h1><script>Math.max = () => { for (;;); };"
        "Object.defineProperty(Element.prototype, 'scrollHeight', {get() { for (;;); }})</script>"
    ),
    "/fields": page("<h1>Fields</h1><form><input name=shadowRoot><input name=append><input name=innerText></form>"),
    "/long-address": page("<h1>Long</h1><script>history.replaceState(0, '', '/' + 'a'.repeat(1500000))</script>"),
    "/windows": page(
        "<h1>Windows</h1><a id=a target=_blank href=/plain>x</a>"
        "<script>for (let i = 0; i < 200; i++) document.getElementById('a').click()</script>"
    ),
    "/loops-later": page("<h1>Loops</h1><script>setTimeout(() => { for (;;); }, 200)</script>"),
    "/requests": page(
        "<h1>Requests</h1><script>for (let i = 0; i < 500; i++) fetch('/data.json?' + i).catch(() => 0)</script>"
    ),
    "/never": page("<h1>Never done</h1><img src=/stalled>"),
    "/polling": page("<h1>Polling</h1><script>setInterval(() => fetch('/data.json'), 50)</script>"),
    "/stalled": stalled,
    "/silent": silent,
    "/endless": endless,
    "/file": Reply(b"MZ" * 5000, headers={"Content-Type": "application/octet-stream"}),
    "/save": page("x", **{"Content-Disposition": "attachment; filename=a.html"}),
    "/no-content": Reply(status=204),
    "/worker.js": Reply(b"self.addEventListener('fetch', () => 0)", headers=JAVASCRIPT),
    "/not-found": Reply(b"<h1>Gone, it says</h1>", 404, HTML),
    "/away-by-redirect": redirect("http://b.localhost:{port}/plain"),
    "/within": thin("<script>location.replace('/plain')</script>"),
}
