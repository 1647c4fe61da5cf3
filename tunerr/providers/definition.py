"""A source as the operator writes it, by command, form or TOML: checked, stored as JSON, turned into Sources."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import orjson
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tunerr.config import parsers
from tunerr.config.guide import GuideSettings
from tunerr.config.nearest import nearest
from tunerr.config.sources import DEVICE_TIMEOUT, PLAYLIST_TIMEOUT
from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.model.source import Access, Panel, Programmes, Source
from tunerr.model.status import SourceKind
from tunerr.model.url import SecretUrl
from tunerr.providers.fields import (
    Country,
    Credential,
    Device,
    Header,
    Headers,
    Host,
    Interval,
    Location,
    MaxStreams,
    Name,
    Proxy,
    Shift,
    Timeout,
    Window,
)
from tunerr.providers.secrets import hidden

log = structlog.get_logger(__name__)

_PANEL_GUIDE_TIMEOUT: float = GuideSettings.model_fields["provider_epg_timeout"].default
_GUIDE_TIMEOUT: float = GuideSettings.model_fields["xmltv_timeout"].default
_SHORT_TIMEOUT: float = GuideSettings.model_fields["short_epg_timeout"].default

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
    "shift": '"+1"',
    "window": '"from={from_unix}&to={to_unix}"',
    "short_guide": "true",
    "named_guides": "false",
    "vod": "false",
    "country": '"nl"',
    "max_streams": "2",
}
"""A good value of each field, as TOML."""


class SourceDefinition(BaseModel, ABC):
    """What every type of source has. What is left out takes the general setting.

    `priority`: higher comes first; the environment's sources have 0. `interval` and `timeout` are durations as in the
    settings; an interval of 0 means that the source is asked on demand only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    type: str
    name: Name = ""
    enabled: bool = True
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    user_agent: Header | None = None
    headers: Headers = Field({}, repr=False)
    cookies: Header | None = Field(None, repr=False)
    proxy: Proxy | None = Field(None, repr=False)
    timeout: Timeout | None = None
    interval: Interval | None = None
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

    def _guide(
        self, name: str, location: SecretUrl, timeout: float, programmes: Programmes, *, country: str = ""
    ) -> Source:
        return self._source(name, "guide", location, timeout, programmes=programmes, country=country)

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

    country: Country = ""
    max_streams: MaxStreams | None = None

    def _channels(self, name: str, location: SecretUrl, timeout: float, **more: Any) -> Source:
        return self._source(
            name, "playlist", location, timeout, max_streams=self.max_streams, country=self.country, **more
        )


class M3uDefinition(ChannelsDefinition):
    """A playlist: an http or https URL, or the absolute path of a file on the server.

    `named_guides`: the guides that it names itself are fetched.
    """

    type: Literal["m3u"]
    url: Location = Field(repr=False)
    named_guides: bool = True

    def sources(self, name: str) -> tuple[Source, ...]:
        """The playlist."""
        return (self._channels(name, SecretUrl(self.url), PLAYLIST_TIMEOUT, named_guides=self.named_guides),)


class XtreamDefinition(ChannelsDefinition):
    """One account of a panel. `hosts` are alternatives, the preferred one first.

    `shift` and `window` are of its guide, as those of XmltvDefinition. `short_guide`: it is asked for the next
    programmes of each channel that the guides know little about.
    """

    type: Literal["xtream"]
    hosts: Annotated[tuple[Host, ...], Field(min_length=1, max_length=20)] = Field(repr=False)
    username: Credential = Field(repr=False)
    password: Credential = Field(repr=False)
    output: Literal["ts", "m3u8"] = "ts"
    guide: bool = True
    shift: Shift = ""
    window: Window = ""
    short_guide: bool = False
    vod: bool = True

    def sources(self, name: str) -> tuple[Source, ...]:
        """The account's channels, its guide as `<name>-guide` and what it says of channels as `<name>-short`."""
        hosts = tuple(map(SecretUrl, self.hosts))
        panel = Panel(hosts, self.username, self.password, output=self.output, vod=self.vod)
        found = [self._channels(name, panel.playlist, PLAYLIST_TIMEOUT, panel=panel)]
        of = found[0].id
        if self.guide:
            programmes = Programmes(of, self.shift, self.window, incremental=bool(self.window))
            found.append(self._guide(f"{name}-guide", panel.guide, _PANEL_GUIDE_TIMEOUT, programmes))
        if self.short_guide:
            short = Programmes(of, self.shift, short=True)
            found.append(self._guide(f"{name}-short", panel.short, _SHORT_TIMEOUT, short))
        return tuple(found)


class HdhrDefinition(ChannelsDefinition):
    """An HDHomeRun device, or a program that acts as one. `guide`: it has a guide.xml, as such programs do.

    `shift` is of its guide, as that of XmltvDefinition.
    """

    type: Literal["hdhr"]
    url: Device
    guide: bool = False
    shift: Shift = ""

    def sources(self, name: str) -> tuple[Source, ...]:
        """The device's channels and, with `guide`, its guide as `<name>-guide`."""
        channels = self._channels(name, SecretUrl(self.url), DEVICE_TIMEOUT, device=True)
        if not self.guide:
            return (channels,)
        programmes = Programmes(channels.id, self.shift)
        return (channels, self._guide(f"{name}-guide", SecretUrl(f"{self.url}/guide.xml"), _GUIDE_TIMEOUT, programmes))


class XmltvDefinition(SourceDefinition):
    """A guide in XMLTV: an http or https URL, or the absolute path of a file on the server.

    `shift`: how its times are moved, `window`: the query that asks for a part of it (`model.source.Programmes`).
    `country`: where its channels are from; a channel of another country is not found in it by its name.
    """

    type: Literal["xmltv"]
    url: Location = Field(repr=False)
    shift: Shift = ""
    window: Window = ""
    country: Country = ""

    def sources(self, name: str) -> tuple[Source, ...]:
        """The guide."""
        programmes = Programmes(shift=self.shift, suffix=self.window, incremental=bool(self.window))
        return (self._guide(name, SecretUrl(self.url), _GUIDE_TIMEOUT, programmes, country=self.country),)


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
    and what panels say of single channels come after all others. A definition that is off is left out; one with an id
    that the environment or another definition uses is ignored.
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
    return tuple(sorted(ordered, key=lambda source: source.free or source.programmes.short)), tuple(notes)


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
