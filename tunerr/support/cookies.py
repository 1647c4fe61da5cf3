"""Cookies of providers: kept for one visit, and those with an expiry longer; in a file of the Netscape format too."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterable
from email.message import Message
from http.cookiejar import Cookie, DefaultCookiePolicy, LoadError, MozillaCookieJar
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request

import structlog

from tunerr.model.url import SecretUrl

log = structlog.get_logger(__name__)


# What browsers bear of one cookie and of one domain, and room for attributes. The jar's parser takes time by the square
# of a line, and a provider may name new cookies for ever.
_LONGEST_LINE = 8192
_MOST_KEPT = 1000


class _Received:
    """As much of an answer as the cookie jar looks at."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._message = Message()
        for line in lines:
            if line.isprintable() and len(line) <= _LONGEST_LINE:
                self._message["Set-Cookie"] = line

    def info(self) -> Message:
        return self._message


class Cookies:
    """The cookies of one visit, by the rules of RFC 6265: a host's own, or those of the domain it belongs to."""

    def __init__(self, known: MozillaCookieJar) -> None:
        # By default the jar would send a host's cookies to its subdomains too.
        self.jar = MozillaCookieJar(
            policy=DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
        )
        for cookie in known:
            self.jar.set_cookie(cookie)

    def header(self, url: SecretUrl) -> str:
        """Value of the Cookie header for `url`, empty when there is none."""
        asking = _asking(url)
        if asking is None:
            return ""
        self.jar.add_cookie_header(asking)
        return asking.get_header("Cookie") or ""

    def take(self, url: SecretUrl, lines: Iterable[str]) -> None:
        """Keep what the Set-Cookie `lines` of an answer of `url` say."""
        asking = _asking(url)
        if asking is not None:
            # The jar wants an HTTPResponse and uses its info() alone.
            self.jar.extract_cookies(_Received(lines), asking)  # type: ignore[arg-type]


class CookieStore:
    """Gives each visit its cookies and keeps those with an expiry for the next.

    Session cookies stay with the visit: two accounts on one panel must not share a session. With `path` the others
    outlive a restart; an unreadable file counts as empty, an unwritable one is logged. What others write into the file
    is taken over at the next visit.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._kept = MozillaCookieJar()
        self._seen: tuple[int, int] | None = None  # time and size of the file as it was last read or written
        self._take_over()

    def visit(self) -> Cookies:
        """What is kept, for one visit."""
        self._take_over()
        return Cookies(self._kept)

    def add(self, cookies: Iterable[Cookie]) -> bool:
        """Keep cookies that came otherwise; whether they could be written."""
        for cookie in cookies:
            self._kept.set_cookie(cookie)
        return self._path is not None and self._save(self._path)

    def _take_over(self) -> None:
        """Read the file when it is not as it was left."""
        if self._path is None or (now := _stamp(self._path)) in (None, self._seen):
            return
        self._seen = now
        try:
            with warnings.catch_warnings(action="ignore"):  # about every line that it can't read
                self._kept.load(str(self._path))
        except (LoadError, OSError, UnicodeDecodeError) as error:
            log.warning("cookie file not read", path=str(self._path), error=type(error).__name__)

    def keep(self, visited: Cookies) -> None:
        """Take over what a visit brought."""
        self._take_over()
        before = _facts(self._kept)
        for cookie in visited.jar:
            if not cookie.discard:
                self._kept.set_cookie(cookie)
        self._kept.clear_expired_cookies()
        soonest = sorted(self._kept, key=lambda cookie: cookie.expires or 0)
        for cookie in soonest[: max(len(soonest) - _MOST_KEPT, 0)]:
            self._kept.clear(cookie.domain, cookie.path, cookie.name)
        if self._path is not None and _facts(self._kept) != before:
            self._save(self._path)

    def _save(self, path: Path) -> bool:
        partial = path.with_name(f"{path.name}.partial")
        try:
            partial.unlink(missing_ok=True)
            os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self._kept.save(str(partial))
            partial.replace(path)
            self._seen = _stamp(path)
        except OSError as error:
            log.warning("cookie file not written", path=str(path), error=error.strerror)
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            return False
        return True


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size


def _asking(url: SecretUrl) -> Request | None:
    """The request that the jar judges by; None for a URL that it can't read."""
    try:
        parts = urlsplit(url.reveal())
        # The jar takes all before the path for the host: an account would end up in the file.
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        return Request(bare)  # noqa: S310 - nothing is opened, it is how the jar is told a URL
    except ValueError:
        return None


def _facts(jar: MozillaCookieJar) -> set[tuple[str, str, str, str | None, int | None]]:
    return {(cookie.domain, cookie.path, cookie.name, cookie.value, cookie.expires) for cookie in jar}
