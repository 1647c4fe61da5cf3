"""How one setting is declared: beside its field, as annotation metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticUndefined

from tunerr.config.environment import PREFIX


@dataclass(frozen=True, slots=True)
class Setting:
    """What people read about a setting, and how it is called outside.

    `name` and `aliases` go without the prefix; `flag` is its option of `run`, without dashes; `default` is for defaults
    that are decided at run time; a `numbered` one also exists as NAME_2, NAME_3 ….
    """

    name: str
    about: str
    example: str
    unit: str = ""
    default: str = ""
    flag: str = ""
    aliases: tuple[str, ...] = ()
    secret: bool = False
    numbered: bool = False

    @property
    def env(self) -> str:
        """The full name of the environment variable."""
        return PREFIX + self.name


class Section(BaseModel):
    """Base of all sections: frozen, no unknown fields, and never a value in an error or a repr of one."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False)


class NumberedSection(Section):
    """A section that there may be several of, each with a number: those of NAME, NAME_2, NAME_3 …."""

    number: int = 1


def reads(parser: Callable[[str], Any]) -> BeforeValidator:
    """Run `parser` on text; values that already have their type pass."""
    return BeforeValidator(lambda value: parser(value) if isinstance(value, str) else value)


def settings_of(section: type[BaseModel]) -> Iterator[tuple[str, Setting, Any]]:
    """(field, declaration, default value) of every declared field of a section, in order of declaration."""
    for field, info in section.model_fields.items():
        for mark in info.metadata:
            if isinstance(mark, Setting):
                yield field, mark, None if info.default is PydanticUndefined else info.default
