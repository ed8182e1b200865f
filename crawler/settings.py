"""The Scrapy settings of the fetcher, each with its reason; they stand above a spider's `custom_settings`."""

from crawler.fetching.policy import FetchPolicy

HTTP_HANDLER = "crawler.fetching.handler.BoundedHandler"

FIXED: dict[str, object] = {
    # A loopback port that runs code in the fetcher has no place beside hostile pages.
    "REMOTE_CONTROL_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    # The address guard lives in Twisted's resolver; other handlers resolve by themselves and pass it by.
    "TWISTED_REACTOR_ENABLED": True,
    "TWISTED_DNS_RESOLVER": "crawler.fetching.guard.PublicOnlyResolver",
    "DOWNLOAD_HANDLERS": {
        "http": HTTP_HANDLER,
        "https": HTTP_HANDLER,
        "data": None,
        "file": None,
        "ftp": None,
        "s3": None,
    },
    # A proxy would resolve names where our guard cannot see; proxies of the environment are not honoured either.
    "HTTPPROXY_ENABLED": False,
    "DOWNLOADER_MIDDLEWARES": {
        # Scope before robots: a host that is out of scope is not even asked for its robots.txt.
        "crawler.fetching.gates.ScopeGate": 60,
        # Scrapy's own reads any answer as rules and any failure as permission.
        "crawler.fetching.robots.RobotsGate": 100,
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        # It drops requests without an answer.
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        "crawler.fetching.gates.RedirectGate": 610,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "crawler.fetching.unpacking.Unpacking": 590,
        # Next to the network: sees every request and answer, robots.txt and redirects included.
        "crawler.fetching.gates.AddressGate": 1000,
    },
    # Both drop start requests without an answer; length and depth are judged where targets are made.
    "SPIDER_MIDDLEWARES": {
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
        "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    },
    # Scrapy's own reads the peak, which a child inherits from a large parent: it would close at once,
    # and it waits for what is under way, which is what fills the memory.
    "EXTENSIONS": {
        "scrapy.extensions.memusage.MemoryUsage": None,
        "crawler.fetching.memory.ResidentMemoryLimit": 0,
        # Without it a page longer than DOWNLOAD_MAXSIZE would be a way to hide.
        "crawler.fetching.cutting.Cutter": 0,
    },
    "MEMUSAGE_CHECK_INTERVAL_SECONDS": 0.2,
    # RobotsGate always obeys; this tells the same to whatever else asks.
    "ROBOTSTXT_OBEY": True,
    # Each visit is a stranger's visit: nothing is carried from page to page.
    "COOKIES_ENABLED": False,
    "REFERRER_POLICY": "no-referrer",
    # A page that refreshes to another is a page to be saved; following is for discovery.
    "METAREFRESH_ENABLED": False,
    # An error page is evidence too; the job decides by its status.
    "HTTPERROR_ALLOW_ALL": True,
    # What a browser would show of a cut-off answer must not escape us; the page is marked as truncated.
    "DOWNLOAD_FAIL_ON_DATALOSS": False,
    "DOWNLOAD_WARNSIZE": 0,
    # An expired certificate must not hide a page, and we send no secret: each is verified, the result is recorded
    # with the page, and the page is fetched all the same.
    "DOWNLOADER_CLIENTCONTEXTFACTORY": "crawler.fetching.certificates.RecordingPolicy",
    # 429 and 503 ask us to go away for a while: the next visit asks again, not this one. A name that does not
    # resolve now, and an address that the guard refuses, stay that way.
    "RETRY_HTTP_CODES": [500, 502, 504, 522, 524],
    "RETRY_EXCEPTIONS": [
        "scrapy.exceptions.DownloadConnectionRefusedError",
        "scrapy.exceptions.DownloadFailedError",
        "scrapy.exceptions.DownloadTimeoutError",
        "twisted.internet.error.ConnectionLost",
    ],
    "RETRY_GIVE_UP_LOG_LEVEL": "INFO",
    "AUTOTHROTTLE_ENABLED": True,
    "DNS_TIMEOUT": 20,
    # Spiders answer through a pipe and yield no items; Scrapy starts so many tasks for each page all the same.
    "CONCURRENT_ITEMS": 1,
    # The job keeps the frontier and the pages; nothing of a crawl outlives the fetcher.
    "HTTPCACHE_ENABLED": False,
    "JOBDIR": None,
    # stderr is for a person who asks why: no colours, no figures that hide the last words.
    "LOG_LEVEL": "WARNING",
    "LOG_COLOR": False,
    "LOG_VERSIONS": [],
    "STATS_DUMP": False,
}


def fetch_settings(policy: FetchPolicy) -> dict[str, object]:
    """Give all settings for a policy, as names and values."""
    return FIXED | {
        "USER_AGENT": policy.user_agent,
        "ROBOTSTXT_USER_AGENT": policy.robots_token,
        "GUARD_ALLOWED_ADDRESSES": list(policy.allowed_addresses),
        "GUARD_ONLY_ALLOWED": policy.only_allowed,
        "GUARD_MAX_HEADER_BYTES": policy.max_header_bytes,
        "URLLENGTH_LIMIT": policy.max_url_length,
        "DOWNLOAD_MAXSIZE": policy.max_bytes,
        # For one whole answer, so that a byte a second does not hold a slot for ever.
        "DOWNLOAD_TIMEOUT": policy.timeout_seconds,
        "REDIRECT_MAX_TIMES": policy.max_redirects,
        "REDIRECT_ENABLED": policy.max_redirects > 0,
        "RETRY_TIMES": policy.retries,
        "RETRY_ENABLED": policy.retries > 0,
        "CONCURRENT_REQUESTS": policy.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": policy.per_host,
        "DOWNLOAD_DELAY": policy.delay_seconds,
        "AUTOTHROTTLE_START_DELAY": policy.delay_seconds,
        "AUTOTHROTTLE_MAX_DELAY": policy.max_delay_seconds,
        "MEMUSAGE_LIMIT_MB": policy.memory_mb,
    }
