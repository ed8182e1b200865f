"""The last look before the first fetch: is every guard in force in the crawler that was really built?"""

from collections.abc import Iterable
from urllib.request import getproxies_environment

from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.extensions.remote_control import RemoteControl
from scrapy.extensions.telnet import TelnetConsole
from scrapy.utils.misc import load_object

from crawler.exceptions import FetcherRefused
from crawler.fetching.addresses import AddressGuard
from crawler.fetching.gates import AddressGate, RedirectGate, ScopeGate
from crawler.fetching.guard import installed_resolver
from crawler.fetching.handler import BoundedHandler
from crawler.fetching.robots import RobotsGate
from crawler.fetching.unpacking import Unpacking

WEB_SCHEMES = ("http", "https")


def check_guards(crawler: Crawler, guard: AddressGuard) -> None:
    """Raise FetcherRefused, in a sentence, unless the started crawler can reach the network through our guards only."""
    resolver = installed_resolver()
    if resolver is None or resolver.guard != guard:
        raise FetcherRefused("the reactor's resolver is not the address guard of this policy; nothing was fetched")
    downloader = crawler.engine.downloader
    if type(downloader) is not Downloader:
        raise FetcherRefused(f"the downloader is {type(downloader).__name__}, not Scrapy's own; nothing was fetched")
    for scheme, path in crawler.settings.getwithbase("DOWNLOAD_HANDLERS").items():
        if path is not None and (scheme not in WEB_SCHEMES or load_object(path) is not BoundedHandler):
            raise FetcherRefused(f"{scheme} is handled by {path}, which passes by the guard; nothing was fetched")
    active = {type(middleware) for middleware in downloader.middleware.middlewares}
    for missing in {ScopeGate, RobotsGate, RedirectGate, Unpacking, AddressGate} - active:
        raise FetcherRefused(f"{missing.__name__} is switched off; nothing was fetched")
    for extra in active & {HttpProxyMiddleware, HttpCacheMiddleware}:
        raise FetcherRefused(f"{extra.__name__} is on, which answers past the guard; nothing was fetched")
    for extra in {type(extension) for extension in _extensions(crawler)} & {TelnetConsole, RemoteControl}:
        raise FetcherRefused(f"{extra.__name__} is on, which opens a door into the fetcher; nothing was fetched")
    for scheme, proxy in getproxies_environment().items():
        raise FetcherRefused(f"the environment names a proxy for {scheme} ({proxy}); nothing was fetched")


def _extensions(crawler: Crawler) -> Iterable[object]:
    return crawler.extensions.middlewares if crawler.extensions is not None else ()
