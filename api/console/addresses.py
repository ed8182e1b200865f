"""Addresses made harmless: readable and copyable, but nothing a browser, mail reader or chat would follow."""

import re

from api.console.invisible import plain

_HTTP = re.compile(r"(?<=h)tt(?=ps?$)", re.IGNORECASE)


def defang(url: str) -> str:
    """Give `hxxps://shop[.]example/a.html`: scheme broken, the dots of the host in brackets."""
    scheme, separator, rest = plain(url).partition("://")
    host, slash, path = (rest if separator else scheme).partition("/")
    bare = host.replace(".", "[.]") + slash + path
    return f"{_HTTP.sub('xx', scheme)}://{bare}" if separator else bare


def host_and_path(url: str) -> tuple[str, str]:
    """Give the defanged host and the path with its query, which is cut by whoever shows it."""
    bare = defang(url).partition("://")[2] or defang(url)
    host, slash, path = bare.partition("/")
    return host, slash + path
