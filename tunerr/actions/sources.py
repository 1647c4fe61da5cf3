"""Acts on the operator's sources: add, edit, remove, switch on and off, order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain, count
from typing import Any

from tunerr.actions.turn import in_turn
from tunerr.config.nearest import nearest
from tunerr.config.sources import setting_of
from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.model.source import Source
from tunerr.providers.definition import SourceDefinition, define, read_definitions
from tunerr.storage.choices import Choices, Kind

# Other ones than the environment's, so that a setting made later takes nobody's place.
_STEMS = {"m3u": "playlist", "xtream": "panel", "hdhr": "device", "xmltv": "guide"}

Reload = Callable[[], Awaitable[None]]
"""Makes the server take the choices as they are now."""


class OperatorSources:
    """Each act is one entry of the journal and returns a sentence. All raise ActionRefused, with a hint."""

    def __init__(self, *, choices: Choices, environment: Sequence[Source], reload: Reload) -> None:
        """`environment`: the sources of the settings, which can only be looked at."""
        self._choices = choices
        self._environment = {source.id: source for source in environment}
        self._reload = reload

    async def listed(self) -> list[dict[str, Any]]:
        """Return all sources as rows without secrets, best first."""
        own = await self._own()
        rows = [
            {"id": source.id, "type": _type(source), "origin": "environment", "enabled": True, "priority": 0}
            | {"location": str(source.location), "name": ""}
            for source in self._environment.values()
        ]
        rows += [
            {"id": name, "type": one.type, "origin": "operator", "enabled": one.enabled, "priority": one.priority}
            | {"location": str(one.sources(name)[0].location), "name": one.name}
            for name, one in own.items()
        ]
        # Sorting is stable: of equal priority the environment's come first.
        return sorted(rows, key=lambda row: -int(row["priority"]))

    async def shown(self, name: str) -> dict[str, Any]:
        """Return one source as it was written, without secrets; one of the environment with its setting."""
        if name in self._environment:
            source = self._environment[SourceId(name)]
            return {
                "id": name,
                "type": _type(source),
                "location": str(source.location),
                "setting": setting_of(source.id),
            }
        return {"id": name} | (await self._one(name)).redacted()

    @in_turn
    async def add(self, name: str | None, document: Mapping[str, Any], *, who: str) -> str:
        """Add a source as it is written (`providers.definition`); None gives it the first free name of its type."""
        own = await self._own()
        name = name or self._free_name(str(document.get("type")), own)
        if name in own:
            raise ActionRefused(f"There is a source {name} already.", hint=f"Change it: `source edit {name} …`.")
        one = define(name, document)
        self._check_free(name, one, own)
        return await self._store({name: one}, who, "source-add", name, f"Source {name} ({one.type}) was added.")

    @in_turn
    async def edit(self, name: str, changes: Mapping[str, Any], *, who: str) -> str:
        """Change fields; None takes one back to its default."""
        before = await self._one(name)
        merged = {field: value for field, value in {**before.document(), **changes}.items() if value is not None}
        after = define(name, merged)
        self._check_free(name, after, {other: one for other, one in (await self._own()).items() if other != name})
        if after == before:
            raise ActionRefused(f"Nothing of source {name} would change.", hint=f"`source show {name}` prints it.")
        fields = ", ".join(sorted(changes))
        return await self._store({name: after}, who, "source-edit", name, f"Source {name} was changed: {fields}.")

    @in_turn
    async def remove(self, name: str, *, who: str) -> str:
        """Remove a source. Its channels leave the lineup; their numbers are kept for them."""
        if await self._choices.get("source", name) is None:
            await self._one(name)  # says why
        return await self._store({name: None}, who, "source-remove", name, f"Source {name} was removed.")

    @in_turn
    async def enable(self, name: str, on: bool, *, who: str) -> str:
        """Switch a source on or off."""
        one = await self._one(name)
        word = "on" if on else "off"
        if one.enabled is on:
            raise ActionRefused(f"Source {name} is {word} already.")
        after = one.model_copy(update={"enabled": on})
        return await self._store({name: after}, who, "source-enable", name, f"Source {name} was switched {word}.")

    @in_turn
    async def reorder(self, names: Sequence[str], *, who: str) -> str:
        """Set priorities so that the sources named come in this order; those of the environment stay together at 0."""
        if len(set(names)) != len(names) or not names:
            raise ActionRefused("Name each source once.", hint="Example: `source reorder best second third`.")
        fixed = [place for place, name in enumerate(names) if name in self._environment]
        if fixed and fixed[-1] - fixed[0] + 1 != len(fixed):
            raise ActionRefused(
                "The sources of the environment stay together.", hint="Put the others before or after all of them."
            )
        first, last = (fixed[0], fixed[-1]) if fixed else (len(names), len(names))
        moved: dict[str, SourceDefinition | None] = {
            name: (await self._one(name)).model_copy(update={"priority": (first if place < first else last) - place})
            for place, name in enumerate(names)
            if name not in self._environment
        }
        return await self._store(moved, who, "source-reorder", "sources", f"The order is now {', '.join(names)}.")

    async def _own(self) -> dict[str, SourceDefinition]:
        return read_definitions(await self._choices.all("source"))

    async def _one(self, name: str) -> SourceDefinition:
        if name in self._environment:
            raise ActionRefused(
                f"Source {name} is set by environment: {setting_of(SourceId(name))}.", hint="Change it there."
            )
        own = await self._own()
        if name not in own:
            raise unknown_source(name, [*own, *self._environment])
        return own[name]

    def _free_name(self, form: str, own: Mapping[str, SourceDefinition]) -> str:
        stem = _STEMS.get(form, form)
        return next(name for name in chain([stem], (f"{stem}-{number}" for number in count(2))) if name not in own)

    def _check_free(self, name: str, one: SourceDefinition, others: Mapping[str, SourceDefinition]) -> None:
        owners = {source.id: setting_of(source.id) for source in self._environment.values()}
        owners |= {source.id: f"source {other}" for other, its in others.items() for source in its.sources(other)}
        for source in one.sources(name):
            if source.id in owners:
                raise ActionRefused(
                    f"The id {source.id} is in use by {owners[source.id]}.", hint="Choose another name."
                )

    async def _store(
        self, changed: Mapping[str, SourceDefinition | None], who: str, act: str, subject: str, detail: str
    ) -> str:
        texts: list[tuple[Kind, str, str | None]] = [
            ("source", name, None if one is None else one.json_text()) for name, one in changed.items()
        ]
        await self._choices.put(texts, who=who, act=act, subject=subject, detail=detail)
        await self._reload()
        return detail


def unknown_source(name: str, known: Sequence[str]) -> ActionRefused:
    """The refusal of a name that no source has."""
    alike = nearest(name, known)
    listed = ", ".join(known) or "none"
    hint = f"Did you mean {alike[0]}?" if alike else f"The sources are: {listed}."
    return ActionRefused(f"There is no source {name[:60]!r}.", hint=hint)


def _type(source: Source) -> str:
    if source.panel is not None:
        return "xtream"
    if source.device:
        return "hdhr"
    return "m3u" if source.kind == "playlist" else "xmltv"
