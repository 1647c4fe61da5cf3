"""The fields of a source's definition: what each may hold, and what is said of anything else."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from tunerr.config import parsers
from tunerr.config.guide import suffix
from tunerr.model.url import SecretUrl
from tunerr.providers.headers import clean
from tunerr.providers.secrets import PLACEHOLDER
from tunerr.support.timeshift import checked_shift

_PROXIES = frozenset({"http", "https", "socks5"})


def _real(value: object) -> object:
    if isinstance(value, str) and value.startswith(PLACEHOLDER):
        raise ValueError(f"{PLACEHOLDER} stands for a secret that was left out; write the value itself")
    return value


def _location(text: str) -> str:
    if parsers.SCHEME.match(text) is None and not text.startswith("/"):
        raise ValueError("it is neither an http or https URL nor an absolute path")
    return parsers.location(text).reveal()


def _address(what: str) -> AfterValidator:
    def check(text: str) -> str:
        try:
            return parsers.panel(text).reveal()
        except ValueError as error:
            raise ValueError(f"it is not the address of a {what}; give scheme, host and port alone") from error

    return AfterValidator(check)


def _proxy(text: str) -> str:
    url = SecretUrl(text)
    if url.scheme not in _PROXIES or not url.host or re.search(r"\s", text):
        raise ValueError("it is no URL of an http, https or socks5 proxy")
    return text


def _header(text: str) -> str:
    if not clean([("Cookie", text)]):
        raise ValueError("it is empty, too long or has line breaks or control characters")
    return text


def _headers(given: dict[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in given.items():
        good = dict(clean([(name, value)]))
        if not good:
            raise ValueError(f"{name[:40]!r} is no header that a source may set, or its value has control characters")
        if good.keys() & kept.keys():
            raise ValueError(f"{name[:40]!r} is there twice")
        kept |= good
    return kept


def _country(text: str) -> str:
    if re.fullmatch(r"[A-Za-z]{2}", text, re.ASCII) is None:
        raise ValueError("it is no country code of two letters (ISO 3166)")
    return text.lower()


def _duration(*, zero: bool) -> AfterValidator:
    parse = parsers.duration(zero=zero)

    def check(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check)


def _seconds(value: object) -> object:
    """Plain seconds may be written as a number."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Interval = Annotated[str, BeforeValidator(_seconds), _duration(zero=True)]
Timeout = Annotated[str, BeforeValidator(_seconds), _duration(zero=False)]
Header = Annotated[str, BeforeValidator(_real), AfterValidator(_header)]
Credential = Annotated[str, BeforeValidator(_real), Field(min_length=1, max_length=200)]
Location = Annotated[str, BeforeValidator(_real), AfterValidator(_location)]
Device = Annotated[str, BeforeValidator(_real), _address("device")]
Host = Annotated[str, BeforeValidator(_real), _address("panel")]
Proxy = Annotated[str, BeforeValidator(_real), AfterValidator(_proxy)]
Headers = Annotated[dict[str, Header], AfterValidator(_headers)]
Name = Annotated[str, AfterValidator(parsers.line(longest=80))]
Country = Annotated[str, AfterValidator(_country)]
Shift = Annotated[str, AfterValidator(checked_shift)]
Window = Annotated[str, AfterValidator(suffix)]
MaxStreams = Annotated[int, Field(ge=1, le=1000)]
