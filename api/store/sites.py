"""Sites: what one operator is thought to run as a whole, named by host without its `www.`"""


def site_of(host: str) -> str:
    """Give the site that a host serves."""
    return host.removeprefix("www.")
