"""Where in a long list a page is."""

from __future__ import annotations

from dataclasses import dataclass

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Pages:
    """Page `page` (from 1) of `pages`; `total` rows in all, `query`: that of the URL without the page."""

    page: int
    pages: int
    total: int
    query: str


def pages_of(asked: str, total: int, rows: int, query: str = "") -> Pages:
    """Return where the page that a URL asks for is, the nearest one there is, with so many rows on each."""
    pages = max(1, -(-total // rows))
    page = int(asked[:_DIGITS]) if asked.isascii() and asked.isdigit() else 1
    return Pages(min(max(page, 1), pages), pages, total, query)
