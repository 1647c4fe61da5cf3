"""What is in force and where it came from, for `config show`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tunerr.config.declare import NumberedSection, settings_of
from tunerr.config.environment import PREFIX
from tunerr.config.loader import Loaded
from tunerr.config.written import written


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting in force; `value` is safe to show, `origin` is `.env`, `environment`, `flag` or `default`."""

    name: str
    value: str
    origin: str


def effective(loaded: Loaded) -> Iterator[Effective]:
    """Every setting, numbered ones last; of further ones only what is set."""
    settings = loaded.settings
    sections = [getattr(settings, name) for name in type(settings).model_fields]
    for section in (*sections, *settings.provider.accounts, *settings.free.own):
        number = section.number if isinstance(section, NumberedSection) else 1
        for field, setting, _ in settings_of(type(section)):
            name = setting.name if number == 1 else f"{setting.name}_{number}"
            origin = loaded.origins.get(name, "default")
            if number == 1 or origin != "default":
                value = written(getattr(section, field))
                yield Effective(PREFIX + name, value or setting.default, origin)
