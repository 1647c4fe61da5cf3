"""What can be chosen about the lineup: by the operator in state.db, and by settings, which win."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tunerr.config.declare import settings_of
from tunerr.config.environment import PREFIX
from tunerr.config.lineup import LineupSettings
from tunerr.errors import ActionRefused
from tunerr.lineup.rules.coverage import GuidePolicy
from tunerr.lineup.rules.recipe_file import ProgrammingRecipe
from tunerr.model.numbers import LARGEST
from tunerr.model.pattern import UserPattern

Recipe = Literal[
    "off",
    "high_confidence",
    "balanced",
    "guide_first",
    "resilient",
    "sports_now",
    "sports_na",
    "kids_safe",
    "locals_first",
    "healthy",
]

_GUIDED = frozenset({"high_confidence", "balanced", "guide_first", "resilient", "sports_na", "locals_first", "healthy"})


class LineupRules(BaseModel):
    """The choice of kind `lineup`, key `rules`. The defaults leave the catalog as it is.

    Fields have the meaning and the names of those in `LineupSettings`; `programming` holds the group picks.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    strip_hosts: tuple[str, ...] = ()
    guide_id_only: bool = False
    drop_music: bool = False
    drop_sports: bool = False
    exclude_ids: tuple[str, ...] = Field(default=(), max_length=200_000)
    languages: tuple[str, ...] = ()
    exclude_regex: str = ""
    free_mode: Literal["supplement", "merge", "full"] = "supplement"
    free_guide_id: bool = True
    free_drop_adult: bool = True
    free_drop_closed: bool = True
    dna_policy: Literal["off", "prefer_best", "prefer_resilient"] = "off"
    preferred_hosts: tuple[str, ...] = ()
    programming: ProgrammingRecipe = ProgrammingRecipe()
    exclude_recipe: Literal["off", "sports_now", "sports_na", "kids_safe"] = "off"
    recipe: Recipe = "off"
    event_past: float = Field(default=150 * 60.0, ge=0)
    event_future: float = Field(default=4 * 3600.0, ge=0)
    shape: Literal["off", "na_en"] = "off"
    region_profile: Literal["off", "ca_west", "ca_prairies"] = "off"
    dedupe: Literal["off", "identity", "strong"] = "off"
    skip: int = Field(default=0, ge=0)
    take: int = Field(default=0, ge=0)
    resequence: bool = False
    resequence_start: int = Field(default=1, ge=1, le=LARGEST)
    number_offset: int = Field(default=0, ge=-LARGEST, le=LARGEST)
    drop_failed: bool = False
    guide_policy: GuidePolicy = "off"

    @property
    def looks_at_guide(self) -> bool:
        """Whether a rule in force judges channels by their guide."""
        choices = (self.guide_policy, self.dna_policy, self.dedupe, self.shape)
        return any(choice != "off" for choice in choices) or not _GUIDED.isdisjoint({self.recipe, self.exclude_recipe})

    @field_validator("exclude_regex")
    @classmethod
    def _usable(cls, text: str) -> str:
        if text:
            UserPattern.parse(text)
        return text


def read_rules(document: str) -> LineupRules:
    """Read the JSON of a choice. Raises ActionRefused with the first thing that is wrong."""
    try:
        return LineupRules.model_validate_json(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        reason = str(first.get("ctx", {}).get("error", first["msg"])).rstrip(".")
        place = ".".join(map(str, first["loc"])) or "the document"
        raise ActionRefused(
            f"The lineup rule {place} can't be set: {reason}.", hint="docs/reference/lineup-rules.md lists the rules."
        ) from error


def in_force(
    chosen: LineupRules, settings: LineupSettings, recipe: ProgrammingRecipe | None = None
) -> tuple[LineupRules, tuple[str, ...]]:
    """Return the rules with every setting that somebody set on top, and the full names of those settings.

    `recipe` is what the file of PROGRAMMING_RECIPE_FILE holds; it takes the place of the chosen picks.
    """
    names = {field: PREFIX + setting.name for field, setting, _ in settings_of(LineupSettings)}
    winning = [field for field in names if field in settings.model_fields_set and field in LineupRules.model_fields]
    update: dict[str, object] = {field: getattr(settings, field) for field in winning}
    if recipe is not None:
        update["programming"] = recipe
        winning.append("programming_file")
    return chosen.model_copy(update=update), tuple(names[field] for field in winning)
