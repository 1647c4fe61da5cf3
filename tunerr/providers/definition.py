"""A source as the operator writes it, by command, form or TOML: checked, stored as JSON, turned into Sources."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import orjson
import structlog
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tunerr.config import parsers
from tunerr.config.nearest import nearest
from tunerr.config.sections import GuideSettings
from tunerr.config.sources import PLAYLIST_TIMEOUT
from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.model.source import Access, Panel, Source
from tunerr.model.status import SourceKind
from tunerr.model.url import SecretUrl
from tunerr.providers.headers import clean
from tunerr.providers.secrets import PLACEHOLDER, hidden

log = structlog.get_logger(__name__)

_PANEL_GUIDE_TIMEOUT: float = GuideSettings.model_fields["provider_epg_timeout"].default
_GUIDE_TIMEOUT: float = GuideSettings.model_fields["xmltv_timeout"].default
# A device answers at once, or it is away.
_DEVICE_TIMEOUT = 30.0
_PROXIES = frozenset({"http", "https", "socks5"})

EXAMPLES: Mapping[str, str] = {
    "type": '"m3u"',
    "name": '"Home provider"',
    "enabled": "false",
    "priority": "10",
    "user_agent": '"VLC/3.0.21"',
    "headers": '{ Referer = "https://provider.example/" }',
    "cookies": '"session=abc; region=eu"',
    "proxy": '"socks5://192.168.1.2:1080"',
    "timeout": '"3m"',
    "interval": '"6h"',
    "allow_lan": "true",
    "url": '"https://provider.example/list.m3u"',
    "hosts": '["http://one.provider.example:8080", "http://two.provider.example"]',
    "username": '"alice"',
    "password": '"correct horse"',
    "output": '"m3u8"',
    "guide": "false",
    "vod": "false",
    "country": '"nl"',
    "max_streams": "2",
}
"""A good value of each field, as TOML."""


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


_Interval = Annotated[str, BeforeValidator(_seconds), _duration(zero=True)]
_Timeout = Annotated[str, BeforeValidator(_seconds), _duration(zero=False)]
_Header = Annotated[str, BeforeValidator(_real), AfterValidator(_header)]
_Credential = Annotated[str, BeforeValidator(_real), Field(min_length=1, max_length=200)]
_Location = Annotated[str, BeforeValidator(_real), AfterValidator(_location)]
_Device = Annotated[str, BeforeValidator(_real), _address("device")]
_Host = Annotated[str, BeforeValidator(_real), _address("panel")]
_Proxy = Annotated[str, BeforeValidator(_real), AfterValidator(_proxy)]
_Headers = Annotated[dict[str, _Header], AfterValidator(_headers)]
_Name = Annotated[str, AfterValidator(parsers.line(longest=80))]
_Country = Annotated[str, AfterValidator(_country)]
_MaxStreams = Annotated[int, Field(ge=1, le=1000)]


class SourceDefinition(BaseModel, ABC):
    """What every type of source has. What is left out takes the general setting.

    `priority`: higher comes first; the environment's sources have 0. `interval` and `timeout` are durations as in the
    settings; an interval of 0 means that the source is asked on demand only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    type: str
    name: _Name = ""
    enabled: bool = True
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    user_agent: _Header | None = None
    headers: _Headers = Field({}, repr=False)
    cookies: _Header | None = Field(None, repr=False)
    proxy: _Proxy | None = Field(None, repr=False)
    timeout: _Timeout | None = None
    interval: _Interval | None = None
    allow_lan: bool = False

    @abstractmethod
    def sources(self, name: str) -> tuple[Source, ...]:
        """The sources that it makes, whether enabled or not; the first one has the id `name`."""

    def document(self) -> dict[str, Any]:
        """What was written, without what is as the default; secrets included."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def redacted(self) -> dict[str, Any]:
        """The document with PLACEHOLDER in place of secrets, and before URLs that hold some."""
        return {field: hidden(field, value) for field, value in self.document().items()}

    def json_text(self) -> str:
        """The document as JSON, for storage."""
        return orjson.dumps(self.document()).decode()

    def _source(self, name: str, kind: SourceKind, location: SecretUrl, timeout: float, **more: Any) -> Source:
        return Source(
            id=SourceId(name),
            kind=kind,
            location=location,
            timeout=self._wait(timeout),
            allow_lan=self.allow_lan,
            access=self._access(),
            interval=self._interval(),
            origin="operator",
            **more,
        )

    def _guide(self, name: str, location: SecretUrl, timeout: float) -> Source:
        return self._source(name, "guide", location, timeout)

    def _access(self) -> Access:
        named = {"User-Agent": self.user_agent, "Cookie": self.cookies}
        headers = self.headers | {name: value for name, value in named.items() if value is not None}
        return Access(tuple(headers.items()), SecretUrl(self.proxy) if self.proxy else None)

    def _wait(self, default: float) -> float:
        return default if self.timeout is None else parsers.duration(zero=False)(self.timeout)

    def _interval(self) -> float | None:
        return None if self.interval is None else parsers.duration(zero=True)(self.interval)


class ChannelsDefinition(SourceDefinition, ABC):
    """What every source of channels has."""

    country: _Country = ""
    max_streams: _MaxStreams | None = None

    def _channels(self, name: str, location: SecretUrl, timeout: float, **more: Any) -> Source:
        return self._source(
            name, "playlist", location, timeout, max_streams=self.max_streams, country=self.country, **more
        )


class M3uDefinition(ChannelsDefinition):
    """A playlist: an http or https URL, or the absolute path of a file on the server."""

    type: Literal["m3u"]
    url: _Location = Field(repr=False)

    def sources(self, name: str) -> tuple[Source, ...]:
        """The playlist."""
        return (self._channels(name, SecretUrl(self.url), PLAYLIST_TIMEOUT),)


class XtreamDefinition(ChannelsDefinition):
    """One account of a panel. `hosts` are alternatives, the preferred one first."""

    type: Literal["xtream"]
    hosts: Annotated[tuple[_Host, ...], Field(min_length=1, max_length=20)] = Field(repr=False)
    username: _Credential = Field(repr=False)
    password: _Credential = Field(repr=False)
    output: Literal["ts", "m3u8"] = "ts"
    guide: bool = True
    vod: bool = True

    def sources(self, name: str) -> tuple[Source, ...]:
        """The account's channels and, unless `guide` is off, its guide as `<name>-guide`."""
        hosts = tuple(map(SecretUrl, self.hosts))
        panel = Panel(hosts, self.username, self.password, output=self.output, vod=self.vod)
        channels = self._channels(name, panel.playlist, PLAYLIST_TIMEOUT, panel=panel)
        if not self.guide:
            return (channels,)
        return (channels, self._guide(f"{name}-guide", panel.guide, _PANEL_GUIDE_TIMEOUT))


class HdhrDefinition(ChannelsDefinition):
    """An HDHomeRun device, or a program that acts as one. `guide`: it has a guide.xml, as such programs do."""

    type: Literal["hdhr"]
    url: _Device
    guide: bool = False

    def sources(self, name: str) -> tuple[Source, ...]:
        """The device's channels and, with `guide`, its guide as `<name>-guide`."""
        channels = self._channels(name, SecretUrl(self.url), _DEVICE_TIMEOUT, device=True)
        if not self.guide:
            return (channels,)
        return (channels, self._guide(f"{name}-guide", SecretUrl(f"{self.url}/guide.xml"), _GUIDE_TIMEOUT))


class XmltvDefinition(SourceDefinition):
    """A guide in XMLTV: an http or https URL, or the absolute path of a file on the server."""

    type: Literal["xmltv"]
    url: _Location = Field(repr=False)

    def sources(self, name: str) -> tuple[Source, ...]:
        """The guide."""
        return (self._guide(name, SecretUrl(self.url), _GUIDE_TIMEOUT),)


TYPES: Mapping[str, type[SourceDefinition]] = {
    "m3u": M3uDefinition,
    "xtream": XtreamDefinition,
    "hdhr": HdhrDefinition,
    "xmltv": XmltvDefinition,
}
"""The types of source."""


def define(name: str, document: Mapping[str, Any]) -> SourceDefinition:
    """Check what was written of the source `name`. Raises ActionRefused with every problem, none with a secret."""
    form = document.get("type")
    model = TYPES.get(form) if isinstance(form, str) else None
    if model is None:
        problem = "it is missing" if form is None else f"it is none of {', '.join(TYPES)}"
        raise ActionRefused(f"Source {name}: type: {problem}.", hint=f"Example: type = {EXAMPLES['type']}")
    try:
        definition = model.model_validate_json(orjson.dumps(dict(document)))
        definition.sources(name)
    except ValidationError as error:
        raise _refusal(name, model, error) from None  # its cause may hold what was written
    except TypeError as error:
        raise ActionRefused(f"Source {name} holds a value that no field can have.") from error
    except ValueError as error:
        raise ActionRefused(
            f"{name[:60]!r} can't name a source.",
            hint="Use small letters, digits and dashes, at most 40 (34 with a guide of its own). Example: home-2",
        ) from error
    return definition


def read_definitions(documents: Mapping[str, str]) -> dict[str, SourceDefinition]:
    """Read stored definitions by name; one that can't be read, of a later version perhaps, is logged and left out."""
    found = {}
    for name, text in documents.items():
        try:
            found[name] = define(name, orjson.loads(text))
        except ActionRefused as error:
            log.warning("source ignored", source=name, problem=error.message, hint=error.hint)
    return found


def combine(
    environment: Sequence[Source], definitions: Mapping[str, SourceDefinition]
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """All sources, best first, and a note for each definition that is ignored.

    Order: priority (the environment's have 0), the environment's before the operator's, then the name; free sources
    come after all others. A definition that is off is left out; one with an id that the environment or another
    definition uses is ignored.
    """
    ranked: list[tuple[tuple[int, bool, str], tuple[Source, ...]]] = [((0, False, ""), tuple(environment))]
    taken = {source.id for source in environment}
    notes = []
    for name, one in sorted(definitions.items()):
        sources = one.sources(name)
        used = taken.intersection(source.id for source in sources)
        if used:
            notes.append(f"Source {name} is ignored: another one has the id {min(used)}.")
        elif one.enabled:
            taken.update(source.id for source in sources)
            ranked.append(((-one.priority, True, (one.name or name).casefold()), sources))
    ordered = [source for _, sources in sorted(ranked, key=lambda row: row[0]) for source in sources]
    return tuple(sorted(ordered, key=lambda source: source.free)), tuple(notes)


def _refusal(name: str, model: type[SourceDefinition], error: ValidationError) -> ActionRefused:
    items = error.errors(include_url=False, include_input=False)
    problems = [_problem(model, str(item["loc"][0]), item["type"], _reason(item)) for item in items]
    wrong = next((str(item["loc"][0]) for item in items if item["loc"][0] in model.model_fields), "")
    hint = (
        f"Example: {wrong} = {EXAMPLES[wrong]}" if wrong else f"It has these fields: {', '.join(model.model_fields)}."
    )
    return ActionRefused(f"Source {name}: {' '.join(problems)}", hint=hint)


def _reason(item: Mapping[str, Any]) -> str:
    if item["type"] == "missing":
        return "it is missing"
    if item["type"] == "value_error":
        return str(item["ctx"]["error"]).rstrip(".")
    return str(item["msg"])


def _problem(model: type[SourceDefinition], field: str, kind: str, reason: str) -> str:
    if kind != "extra_forbidden":
        return f"{field}: {reason}."
    others = [form for form, other in TYPES.items() if field in other.model_fields]
    if others:
        return f"{field}: only sources of type {' and '.join(others)} have it."
    alike = nearest(field, model.model_fields)
    return f"{field[:40]}: there is no such field{f'; the nearest is {alike[0]}' if alike else ''}."
