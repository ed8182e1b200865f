"""A hostile page in a real browser reaches no address that is not public, whatever it tries."""

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.exceptions import RendererRefused
from crawler.rendering.items import RenderFailure, Rendering, RenderOrder, RenderPolicy
from crawler.rendering.process import RenderProcess
from tests.crawler.loopback import Loopback, Reply, redirect
from tests.crawler.rendering.conftest import Vault, chromium
from tests.crawler.rendering.hostile import page, reaching

NOTATIONS = (
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "017700000001",
    "localhost",
    "a.localhost",
    "[::1]",
    "[::ffff:7f00:1]",
)


@pytest.fixture
def attacked(web: Loopback, vault: Vault) -> Iterator[Loopback]:
    """The web, with pages that are after this vault; a redirect waits for whoever asks for it with its address."""
    web.pages["/attack"] = reaching(vault.endpoint)
    web.pages[f"/to?{vault.endpoint}"] = redirect(f"http://{vault.endpoint}/redirected")
    yield web
    web.pages.pop("/attack")


def test_nothing_that_a_page_tries_reaches_this_machine(
    browser: RenderProcess, attacked: Loopback, vault: Vault
) -> None:
    answer = browser.render(RenderOrder(attacked.url("/attack")))
    assert isinstance(answer, Rendering)
    assert "All was tried" in answer.text
    assert not vault.has_callers()
    told = {one.what for one in answer.refused}
    assert vault.endpoint in told
    assert answer.refused_count > 5


def test_the_same_page_would_reach_it_if_it_were_allowed(
    policy: RenderPolicy, attacked: Loopback, vault: Vault
) -> None:
    # Without this, the test above could pass because the page tries nothing.
    allowing = RenderPolicy(
        policy.user_agent,
        browser=policy.browser,
        allowed_addresses=(*policy.allowed_addresses, vault.endpoint),
        page_seconds=2,
        settle_seconds=0.5,
    )
    with RenderProcess(allowing) as browser:
        browser.render(RenderOrder(attacked.url("/attack")))
    assert vault.has_callers()


def test_no_notation_of_an_inner_address_is_reached(browser: RenderProcess, web: Loopback, vault: Vault) -> None:
    places = [f"http://{name}:{vault.port}/" for name in NOTATIONS] + ["http://169.254.169.254/latest/meta-data/"]
    tries = "".join(f"fetch('{place}', {{mode: 'no-cors'}}).catch(() => 0);" for place in places)
    web.pages["/notations"] = page(f"<h1>Tried</h1><script>{tries}</script>")
    answer = browser.render(RenderOrder(web.url("/notations")))
    assert isinstance(answer, Rendering)
    assert not vault.has_callers()
    assert answer.refused_count >= len(places) - 1
    assert "169.254.169.254:80" in {one.what for one in answer.refused}


@pytest.mark.parametrize(
    "place", ["http://{at}/", "https://{at}/", "http://[::1]:{port}/", "http://2130706433:{port}/"]
)
def test_an_order_for_an_inner_address_is_refused(browser: RenderProcess, vault: Vault, place: str) -> None:
    url = place.format(at=vault.endpoint, port=vault.port)
    answer = browser.render(RenderOrder(url))
    assert isinstance(answer, RenderFailure)
    assert answer.reason == "blocked_address"
    assert "is not a public address" in answer.detail
    assert not vault.has_callers()


def test_a_redirect_of_the_page_to_an_inner_address_is_refused(
    browser: RenderProcess, web: Loopback, vault: Vault
) -> None:
    web.pages["/led"] = redirect(f"http://{vault.endpoint}/")
    answer = browser.render(RenderOrder(web.url("/led")))
    assert isinstance(answer, RenderFailure)
    assert answer.reason == "blocked_address"
    assert not vault.has_callers()


@pytest.mark.parametrize(
    "way",
    [
        "<meta http-equiv=refresh content='0;url=http://{at}/'>",
        "<script>location = 'http://{at}/'</script>",
        "<script>setTimeout(() => location.replace('http://{at}/'), 50)</script>",
        "<script>location = 'file:///etc/passwd'</script>",
        "<script>location = 'data:text/html,<h1>data</h1>'</script>",
    ],
)
def test_a_page_that_goes_to_an_inner_address_is_taken_as_it_stands(
    browser: RenderProcess, web: Loopback, vault: Vault, way: str
) -> None:
    web.pages["/going"] = page("<h1>The page itself</h1>" + way.format(at=vault.endpoint))
    answer = browser.render(RenderOrder(web.url("/going")))
    assert isinstance(answer, Rendering)
    assert answer.final_url == web.url("/going")
    assert answer.text.startswith("The page itself")
    assert not vault.has_callers()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "chrome://version", "about:blank", "javascript:1", "no url", ""])
def test_only_web_pages_are_rendered(browser: RenderProcess, url: str) -> None:
    answer = browser.render(RenderOrder(url))
    assert isinstance(answer, RenderFailure)
    assert answer.reason == "invalid_url"


def test_a_name_that_changes_its_address_leads_nowhere(policy: RenderPolicy, web: Loopback, tmp_path: Path) -> None:
    port = int(web.endpoint.rpartition(":")[2])
    web.pages["/rebind"] = page(
        "<h1>Rebinding</h1><script>(async () => { for (let i = 0; i < 30; i++) {"
        "await fetch('/other?' + i).catch(() => 0); await new Promise((r) => setTimeout(r, 30)); }"
        "document.body.append('tried') })()</script>",
        Connection="close",
    )
    secret = socket.create_server(("127.0.0.2", port))
    secret.setblocking(False)
    renderer = tmp_path / "renderer.py"
    renderer.write_text(
        f"import json, socket, sys\nsys.path.insert(0, {json.dumps(str(Path.cwd()))})\n"
        "own, asked = socket.getaddrinfo, []\n"
        "def answer(host, *rest, **more):\n"
        "    if host == 'rebind.example':\n"
        "        asked.append(host)\n"
        "        host = '127.0.0.1' if len(asked) < 2 else '127.0.0.2'\n"
        "    return own(host, *rest, **more)\n"
        "socket.getaddrinfo = answer\n"
        "from crawler.rendering.child import main\nmain()\n"
    )
    with secret, RenderProcess(policy, (sys.executable, "-P", str(renderer))) as browser:
        web.pages.update({f"/other?{number}": Reply(b"x", headers={"Connection": "close"}) for number in range(30)})
        answer = browser.render(RenderOrder(f"http://rebind.example:{port}/rebind"))
        with pytest.raises(BlockingIOError):
            secret.accept()
    assert isinstance(answer, Rendering)
    assert f"rebind.example:{port}" in {one.what for one in answer.refused}


def test_a_browser_that_passes_the_proxy_by_is_not_used(policy: RenderPolicy, tmp_path: Path) -> None:
    wrapper = tmp_path / "chromium"
    wrapper.write_text(
        '#!/bin/bash\nargs=()\nfor arg; do case "$arg" in --proxy-*|--host-resolver-rules*) ;; *) args+=("$arg") ;; '
        f'esac; done\nexec {chromium()} "${{args[@]}}"\n'
    )
    wrapper.chmod(0o755)
    open_policy = RenderPolicy(policy.user_agent, browser=str(wrapper))
    with pytest.raises(RendererRefused, match="passes the address guard by"), RenderProcess(open_policy):
        pass


def test_a_browser_that_is_none_is_told(tmp_path: Path) -> None:
    missing = RenderPolicy("rxwarden-test/1", browser=str(tmp_path / "none"))
    with pytest.raises(RendererRefused, match=r"the browser does not start: .*none"), RenderProcess(missing):
        pass
