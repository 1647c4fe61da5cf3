"""What is in force and where it came from, for `config show` and the deck's settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tunerr.config.declare import NumberedSection, Setting, settings_of
from tunerr.config.environment import PREFIX
from tunerr.config.loader import Loaded
from tunerr.config.sections import SECTIONS
from tunerr.config.written import written


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting in force; `value` is safe to show, of a secret it may name the host.

    `origin` is `deck`, `.env`, `environment`, `flag` or `default`; `default` is the value or how it is decided.
    """

    name: str
    value: str
    origin: str
    section: str  # a key of SECTIONS
    field: str
    setting: Setting
    default: str


def effective(loaded: Loaded) -> Iterator[Effective]:
    """Every setting, numbered ones last; of further ones only what is set."""
    settings = loaded.settings
    keys = {section: key for key, section in SECTIONS.items()}
    sections = [getattr(settings, name) for name in type(settings).model_fields]
    for section in (*sections, *settings.provider.accounts, *settings.free.own):
        number = section.number if isinstance(section, NumberedSection) else 1
        for field, setting, default in settings_of(type(section)):
            name = setting.name if number == 1 else f"{setting.name}_{number}"
            origin = loaded.origins.get(name, "default")
            if number == 1 or origin != "default":
                yield Effective(
                    name=PREFIX + name,
                    value=written(getattr(section, field)) or setting.default,
                    origin=origin,
                    section=keys[type(section)],
                    field=field,
                    setting=setting,
                    default=setting.default or written(default),
                )
