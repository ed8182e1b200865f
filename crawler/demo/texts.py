"""What a reader sees of each page of the demo web, frames included: labelled data must share no long run with it."""

from bs4 import BeautifulSoup

from crawler.demo.sites import load_sites


def page_texts() -> dict[str, str]:
    """Visible text by "site/file"; the second week's pages count as pages of their own."""
    return {
        f"{site.name}/{name}" + ("" if week == 1 else f" (week {week})"): visible_text(body)
        for site in load_sites()
        for week, files in site.files.items()
        for name, body in files.items()
        if name.endswith(".html")
    }


def visible_text(body: bytes) -> str:
    """The text of a page with the pages inside its frames."""
    soup = BeautifulSoup(body, "lxml")
    frames = [
        BeautifulSoup(str(frame["srcdoc"]), "lxml").get_text(" ") for frame in soup.find_all("iframe", srcdoc=True)
    ]
    return " ".join([soup.get_text(" "), *frames])
