"""Logging: structlog and the libraries' own records leave by one handler on stderr, with secrets taken out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from tunerr.model.url import SecretUrl
from tunerr.support.log_ring import LogRing

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

# Texts may come from outside and be long: each pattern takes linear time, by bounds and by where it may begin.
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{0,30}://[^\s\"'<>\\^`{|}]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]"  # ends of sentences and brackets that follow a URL
_LOGIN_AT_HOST = re.compile(r"(?<![^\s/@\"'])[^\s/@:\"']*+:[^\s/@\"']++@(?=[\w\[])")
_ASSIGNED = re.compile(
    r"\b(user(?:name)?|pass(?:word|wd)?|token|secret|api[_-]?key|authorization|cookie)(\"?'?\s*[=:]\s*\"?'?)"
    r"(?:(?:basic|bearer)\s+)?[^\s&\"',;]+",
    re.IGNORECASE,
)
_SECRET_KEYS = re.compile(r"pass(word|wd)?$|token$|secret$|api_?key$|authorization|cookie", re.IGNORECASE)


def configure(level: str, *, json: bool, ring: LogRing | None = None) -> None:
    """Log from `level` (debug, info, warning, error) on, to stderr: lines for people, or JSON objects.

    Libraries are heard from WARNING on. `ring` keeps what was logged last. Calling it again replaces the former
    configuration.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # module-level loggers must follow a second call
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,
                redact,
                *((ring,) if ring is not None else ()),
                _renderer(json=json),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)
    logging.getLogger("tunerr").setLevel(threshold)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Processor: takes credentials out of every value, at any depth. The second line of defense behind SecretUrl."""
    return {key: _clean_of(key, value) for key, value in event.items()}


def redacted(text: str) -> str:
    """`text` with URLs shortened to what SecretUrl shows, and logins and assigned secrets taken out."""
    text = _URL.sub(_short_url, text)
    text = _ASSIGNED.sub(r"\1\2…", text)
    return _LOGIN_AT_HOST.sub("…@", text)


def _short_url(match: re.Match[str]) -> str:
    raw = match[0]
    url = raw.rstrip(_TRAILING)
    return str(SecretUrl(url)) + raw[len(url) :]


def _clean_of(key: str, value: object) -> object:
    return "…" if value and _SECRET_KEYS.search(key) else _clean(value)


def _clean(value: object) -> object:
    match value:
        case None | bool() | int() | float() | datetime():
            return value
        case str():
            return redacted(value)
        case Mapping():
            return {redacted(str(key)): _clean_of(str(key), inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(inner) for inner in value]
        case _:
            return redacted(str(value))


def _renderer(*, json: bool) -> Processor:
    if json:
        return structlog.processors.JSONRenderer(default=str, ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        pad_level=False,
        exception_formatter=structlog.dev.plain_traceback,
    )
