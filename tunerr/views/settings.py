"""Read model of the settings: every one, what it is, and where its value comes from. Values of secrets never leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from tunerr.config.effective import Effective
from tunerr.config.environment import PREFIX
from tunerr.config.reference import TITLES
from tunerr.config.reserved import RESERVED

CHOSEN: Final = "deck"
RESERVED_SECTION: Final = "reserved"
"""Stands for the names that have no effect."""
_MOST_ROWS = 100
_DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting. `origin`: deck, environment, .env, flag or default; `value` and `default` are empty for secrets.

    `effect`: when a change of it counts, empty for one that needs a start of the program; `changeable`: nobody set it
    where the program was started, so it can be changed here.
    """

    name: str
    env: str
    about: str
    unit: str
    value: str
    default: str
    origin: str
    example: str
    flag: str
    aliases: tuple[str, ...]
    secret: bool
    is_set: bool
    numbered: bool
    effect: str
    changeable: bool
    opened: bool = False


@dataclass(frozen=True, slots=True)
class SettingSection:
    """The settings of one subject."""

    key: str
    title: str
    rows: tuple[SettingRow, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A section that can be chosen, and how many of its settings match."""

    key: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class ReservedNames:
    """Names that are accepted without effect, and why in a sentence; `given` are those that somebody set."""

    why: str
    names: tuple[str, ...]
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingsView:
    """The page. `query`, `origin` and `section` narrow it: `matching` settings of `total`, at most 100 shown."""

    query: str
    origin: str
    section: str
    origins: tuple[str, ...]
    subjects: tuple[Subject, ...]
    total: int
    matching: int
    shown: int
    sections: tuple[SettingSection, ...]
    reserved: tuple[ReservedNames, ...]
    notes: tuple[str, ...]


def settings_view(
    settings: Iterable[Effective],
    *,
    live: Mapping[str, str],
    chosen_rules: Mapping[str, str],
    notes: tuple[str, ...] = (),
    query: str = "",
    origin: str = "",
    section: str = "",
    opened: str = "",
) -> SettingsView:
    """Group what is in force by section; without anything that narrows it, the first section is shown.

    `live`: when a change counts, by name without prefix; `chosen_rules`: values of the rules that the operator chose,
    by the same; `notes`: what the program says of what was set; `opened`: the name whose form is open.
    """
    found = [(one.section, _row(one, live, chosen_rules, opened)) for one in settings]
    words = query.lower().split()
    section = section or ("" if words or origin else next(iter(TITLES)))
    matching = [
        (key, row) for key, row in found if (not origin or row.origin == origin) and _matches(words, row, TITLES[key])
    ]
    kept = [(key, row) for key, row in matching if section in ("", key)][:_MOST_ROWS]
    counts = Counter(key for key, _ in matching)
    known = {row.origin for _, row in found}
    return SettingsView(
        query=query,
        origin=origin,
        section=section,
        origins=tuple(one for one in ("deck", "environment", ".env", "flag", "default") if one in known),
        subjects=tuple(Subject(key, title, counts[key]) for key, title in TITLES.items()),
        total=len(found),
        matching=len(matching),
        shown=len(kept),
        sections=tuple(
            SettingSection(key, TITLES[key], tuple(row for _, row in rows))
            for key, rows in groupby(sorted(kept, key=lambda one: list(TITLES).index(one[0])), key=lambda one: one[0])
        ),
        reserved=tuple(reserved_names(words, notes)) if words or section == RESERVED_SECTION else (),
        notes=notes,
    )


def settings_rows(settings: Iterable[Effective]) -> tuple[SettingRow, ...]:
    """All of them, for reading alone."""
    return tuple(_row(one, {}, {}, "") for one in settings)


def _row(one: Effective, live: Mapping[str, str], chosen_rules: Mapping[str, str], opened: str) -> SettingRow:
    setting, name = one.setting, one.name.removeprefix(PREFIX)
    row = SettingRow(
        name=name,
        env=one.name,
        about=setting.about,
        unit=setting.unit,
        value="" if setting.secret else one.value,
        default="" if setting.secret and not setting.default else one.default,
        origin=one.origin,
        example=setting.example,
        flag=setting.flag,
        aliases=tuple(PREFIX + alias for alias in setting.aliases),
        secret=setting.secret,
        is_set=one.origin != _DEFAULT,
        numbered=setting.numbered,
        effect=live.get(name, ""),
        changeable=name in live and one.origin in (_DEFAULT, CHOSEN),
        opened=name == opened,
    )
    if name in chosen_rules and row.changeable:
        return replace(row, value=chosen_rules[name], origin=CHOSEN, is_set=True)
    return row


def _matches(words: list[str], row: SettingRow, title: str) -> bool:
    text = " ".join((row.env, row.about, row.value, title, *row.aliases)).lower()
    return all(word in text for word in words)


def reserved_names(words: list[str], notes: tuple[str, ...]) -> Iterator[ReservedNames]:
    """Names without effect that hold all `words`, by reason; `notes` begin with those that were set."""
    noted = {note.partition(" ")[0] for note in notes}
    by_reason: dict[str, list[str]] = {}
    for name, why in RESERVED.items():
        if all(word in f"{name} {why}".lower() for word in words):
            by_reason.setdefault(why, []).append(name)
    for why, names in by_reason.items():
        yield ReservedNames(f"{why[0].upper()}{why[1:]}.", tuple(names), tuple(name for name in names if name in noted))
