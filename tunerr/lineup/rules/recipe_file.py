"""The programming recipe: which groups and channels were picked by hand, and in which order."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tunerr.errors import ContentError

_LARGEST_BYTES = 16 << 20


class ProgrammingRecipe(BaseModel):
    """Version 1 of the file. Category ids are slugs of groups, with or without the source (`<source>--<slug>`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    updated_at: str = ""
    selected_categories: tuple[str, ...] = Field(default=(), max_length=20_000)
    excluded_categories: tuple[str, ...] = Field(default=(), max_length=20_000)
    included_channel_ids: tuple[str, ...] = Field(default=(), max_length=200_000)
    excluded_channel_ids: tuple[str, ...] = Field(default=(), max_length=200_000)
    preferred_backup_ids: tuple[str, ...] = Field(default=(), max_length=200_000)
    order_mode: Literal["source", "custom", "recommended"] = "source"
    custom_order: tuple[str, ...] = Field(default=(), max_length=200_000)
    collapse_exact_backups: bool = False


def read_recipe(path: Path) -> ProgrammingRecipe:
    """Read the file. Raises ContentError with the first thing that is wrong and where."""
    hint = "Correct the file named by IPTV_TUNERR_PROGRAMMING_RECIPE_FILE; the recipe read before stays in force."
    try:
        # A pipe or a device has no end, and nobody waits for one.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ContentError(f"The programming recipe {path.name} is no file.", hint=hint)
        with path.open("rb") as file:
            text = file.read(_LARGEST_BYTES + 1)
        if len(text) > _LARGEST_BYTES:
            raise ContentError(f"The programming recipe {path.name} is larger than 16 MB.", hint=hint)
        return ProgrammingRecipe.model_validate_json(text)
    except OSError as error:
        reason = error.strerror or "it can't be read"
        raise ContentError(f"The programming recipe {path.name} can't be read: {reason}.", hint=hint) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        raise ContentError(
            f"The programming recipe {path.name} is wrong at {place}: {first['msg']}.", hint=hint
        ) from error
