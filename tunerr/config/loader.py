"""Flags over process environment over `.env` over what the operator chose: one reading, all problems at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tunerr.config.declare import NumberedSection, Section, Setting, settings_of
from tunerr.config.environment import PREFIX, read_dotenv
from tunerr.config.free import FreeSettings, FreeSource
from tunerr.config.guide import GuideSettings
from tunerr.config.hdhr import HdhrSettings
from tunerr.config.nearest import nearest
from tunerr.config.reserved import RESERVED, reserved
from tunerr.config.sections import SECTIONS, Account, ProviderSettings, Settings
from tunerr.config.sources import Findings, build_sources
from tunerr.errors import ConfigError

_NUMBERED = re.compile(r"(?P<name>.+?)_(?P<number>[2-9]|[1-9][0-9])", re.ASCII)
DECK = "deck"
"""Origin of what the operator chose at run time."""
_SHORT_REFRESH = 300.0  # seconds; providers lock out accounts that fetch more often
_S = TypeVar("_S", bound=Section)
_N = TypeVar("_N", bound=NumberedSection)


@dataclass(frozen=True, slots=True)
class Given:
    """One value that somebody set as `name`; `origin` is `deck`, `.env`, `environment` or `flag`."""

    value: str = field(repr=False)
    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, what is worth knowing about them, and the value that was set for each name (without prefix)."""

    settings: Settings
    notes: tuple[str, ...] = ()
    given: Mapping[str, Given] = field(default_factory=dict, repr=False)

    @property
    def origins(self) -> dict[str, str]:
        """Where each value that was set came from, by name."""
        return {name: one.origin for name, one in self.given.items()}


def load(*, environ: Mapping[str, str], dotenv: Path | None, flags: Mapping[str, str]) -> Loaded:
    """Read the settings. `flags` are keyed by setting name without prefix. Empty values count as not set.

    Raises ConfigError with one sentence for each bad value; none of them holds a secret.
    """
    values, problems = read_dotenv(dotenv)
    found = Findings(problems=problems)
    layers = {
        ".env": values,
        "environment": environ,
        "flag": {PREFIX + name: value for name, value in flags.items()},
    }
    given: dict[str, Given] = {}
    for origin, layer in layers.items():
        given |= _read_layer(origin, layer, found)
    settings = _build(given, found)
    if found.problems:
        raise ConfigError(found.problems)
    if 0 < settings.server.refresh < _SHORT_REFRESH:
        found.notes.append(f"{PREFIX}REFRESH is very short; providers may lock out an account that fetches so often.")
    return Loaded(settings, tuple(dict.fromkeys(found.notes)), given)


def choose(loaded: Loaded, chosen: Mapping[str, str]) -> Loaded:
    """The same with values that the operator chose, by name without prefix, below all others.

    A choice that can't be used is a note; the default counts then. Choices of an earlier call count no more.
    """
    found = Findings()
    above = {name: one for name, one in loaded.given.items() if one.origin != DECK}
    below = {name: Given(value, PREFIX + name, DECK) for name, value in chosen.items() if name not in above}
    settings = _build(below | above, found)
    return Loaded(settings, (*loaded.notes, *found.problems), below | above)


def declared(name: str) -> tuple[type[Section], str, Setting] | None:
    """The section, the field in it and the declaration of a setting by its name without prefix; None for no such."""
    return _DECLARED.get(name)


def parsed(name: str, text: str) -> object:
    """Read `text` as the value of a setting that is declared. Raises ValueError with the parser's own sentence."""
    section, field_name, _ = _DECLARED[name]
    try:
        return getattr(section.model_validate({field_name: text}), field_name)
    except ValidationError as error:
        raise ValueError(_reason(error.errors(include_url=False, include_input=False)[0])) from None


def _declarations() -> Iterator[tuple[type[Section], str, Setting]]:
    for section in SECTIONS.values():
        yield from ((section, name, setting) for name, setting, _ in settings_of(section))


_DECLARED = {one[2].name: one for one in _declarations()}
_CANONICAL = {name: one.name for _, _, one in _DECLARED.values() for name in (one.name, *one.aliases)}
_CANONICAL_NAMES = frozenset(_CANONICAL.values())
_FAMILIES = frozenset(one.name for _, _, one in _DECLARED.values() if one.numbered)


def _read_layer(origin: str, layer: Mapping[str, str], found: Findings) -> dict[str, Given]:
    """The known names of one layer under their canonical names; notes for all others that look like ours."""
    given: dict[str, Given] = {}
    # Aliases come first, so that the canonical name overwrites them.
    for full in sorted(layer, key=lambda name: (name.removeprefix(PREFIX) in _CANONICAL_NAMES, name)):
        value = layer[full]
        why = reserved(full)
        if value == "" or (why is None and not full.startswith(PREFIX)):
            continue
        name = full.removeprefix(PREFIX)
        numbered = _NUMBERED.fullmatch(name)
        if why is not None:
            found.notes.append(f"{full} is accepted and has no effect: it {why}.")
        elif name in _CANONICAL:
            canonical = _CANONICAL[name]
            if canonical in given and given[canonical].value != value:
                found.notes.append(f"{PREFIX}{canonical} and an older name of it are both set; {full} wins.")
            given[canonical] = Given(value, full, origin)
        elif numbered and numbered["name"] in _FAMILIES:
            given[name] = Given(value, full, origin)
        else:
            found.notes.append(f"{full} is no known setting{_suggestion(name)}.")
    return given


def _suggestion(name: str) -> str:
    best = nearest(name, [*_CANONICAL, *(full.removeprefix(PREFIX) for full in RESERVED)])
    return f"; the nearest one is {PREFIX}{best[0]}" if best else ""


def _build(given: Mapping[str, Given], found: Findings) -> Settings:
    """The settings that follow from the good values; each bad one is a problem in `found`."""
    accounts = _numbered(Account, given, found)
    provider = _section(ProviderSettings, given, found).model_copy(update={"accounts": accounts})
    guide = _section(GuideSettings, given, found)
    free = _section(FreeSettings, given, found).model_copy(update={"own": _numbered(FreeSource, given, found)})
    hdhr = _section(HdhrSettings, given, found)
    sources = build_sources(provider, guide, found, hdhr=hdhr, free=free)
    others = {
        name: _section(section, given, found)
        for name, section in SECTIONS.items()
        if section not in (Account, ProviderSettings, GuideSettings, FreeSource, FreeSettings, HdhrSettings)
    }
    provider = provider.model_copy(update={"sources": sources})
    return Settings.model_validate({**others, "guide": guide, "free": free, "hdhr": hdhr, "provider": provider})


def _numbered(section: type[_N], given: Mapping[str, Given], found: Findings) -> tuple[_N, ...]:
    """The sections of a family, by number; the first one is always there."""
    names = {setting.name for _, setting, _ in settings_of(section) if setting.numbered}
    matches = (_NUMBERED.fullmatch(name) for name in given)
    numbers = {1} | {int(match["number"]) for match in matches if match and match["name"] in names}
    return tuple(_section(section, given, found, number) for number in sorted(numbers))


def _section(section: type[_S], given: Mapping[str, Given], found: Findings, number: int = 1) -> _S:
    """One section made of its good values."""
    ending = "" if number == 1 else f"_{number}"
    declared = {name: (setting, given.get(setting.name + ending)) for name, setting, _ in settings_of(section)}
    values: dict[str, object] = {name: one.value for name, (_, one) in declared.items() if one is not None}
    if issubclass(section, NumberedSection):
        values["number"] = number
    try:
        return section.model_validate(values)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_input=False):
            name = str(item["loc"][0])
            setting, one = declared[name]
            if values.pop(name, None) is not None and one is not None:
                found.problems.append(_sentence(setting, one, _reason(item)))
        return section.model_validate(values)


def _reason(item: ErrorDetails) -> str:
    return str(item.get("ctx", {}).get("error", item["msg"]))


def _sentence(setting: Setting, one: Given, reason: str) -> str:
    name, joint = (f"--{setting.flag}", " ") if one.origin == "flag" else (one.name, "=")
    place = {".env": " (in .env)", DECK: " (chosen in the Control Deck)"}.get(one.origin, "")
    return f"{name}{place}: {reason.rstrip('.')}. Example: {name}{joint}{setting.example}"
