"""The deck's pages and acts on providers, joined to the running parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunerr.app.core import Core
from tunerr.app.operator_acts import OperatorActs
from tunerr.config.sources import setting_of
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.page import Asked, Page
from tunerr.errors import ActionRefused, NotFound
from tunerr.gateway.accounts import source_account
from tunerr.model.channel import SourceId
from tunerr.views.providers import (
    Connections,
    Probe,
    ProviderCard,
    ProvidersView,
    ProviderView,
    diff_view,
    generation_row,
    probe_view,
    provider_cards,
)

_TEXTS = ("name", "url", "username", "password", "user_agent", "country", "interval")
_NUMBERS = ("max_streams", "priority")
_YES = frozenset({"1", "true", "yes", "on"})


def provider_pages(core: Core, acts: OperatorActs) -> tuple[Page, ...]:
    """All providers, one of them, and a form for a new one."""

    async def everything(_: Asked) -> ProvidersView:
        return ProvidersView(await provider_rows(core, acts), probe_of(acts), core.demo)

    async def one(asked: Asked) -> ProviderView:
        return await _provider(core, acts, asked.match["source"], asked.query.get("diff", ""))

    return (
        Page("/providers", "providers.html", everything, live=True),
        Page("/providers/{source}", "provider.html", one),
    )


def provider_operations(acts: OperatorActs) -> dict[str, Operation]:
    """What can be done to providers."""

    def source(fields: Fields) -> SourceId:
        return SourceId(fields.get("source", ""))

    async def refresh(who: str, fields: Fields) -> str:
        return await acts.refresh(who, source(fields) or None)

    async def roll_back(who: str, fields: Fields) -> str:
        return await acts.roll_back(who, source(fields), number(fields, "generation"))

    async def edit(who: str, fields: Fields) -> str:
        return await acts.sources.edit(source(fields), changes_of(fields), who=who)

    async def enable(who: str, fields: Fields) -> str:
        return await acts.sources.enable(source(fields), flag(fields, "on"), who=who)

    def told(about: str, act: Any) -> Operation:
        return Operation(about, act, "providers")

    return {
        "provider-add": told("Add a source of channels or a guide.", lambda who, fields: _add(acts, who, fields)),
        "provider-edit": told("Change fields of a source that was added here.", edit),
        "provider-remove": told(
            "Remove a source; the numbers of its channels are kept.",
            lambda who, fields: acts.sources.remove(source(fields), who=who),
        ),
        "provider-enable": told("Switch a source on (on=1) or off.", enable),
        "provider-refresh": told("Ask a source now, or all of them.", refresh),
        "provider-accept": told(
            "Take an answer that was held back.", lambda who, fields: acts.accept(who, source(fields))
        ),
        "provider-roll-back": told("Serve an earlier answer of a source again.", roll_back),
        "provider-probe": told(
            "Test all providers; the page shows what comes of it.", lambda who, _: acts.begin_probe(who)
        ),
    }


async def provider_rows(core: Core, acts: OperatorActs) -> tuple[ProviderCard, ...]:
    """All providers as they are now."""
    current = core.ground.sources.current
    facts = {one.account: one for one in core.gateway.accounts.facts}
    connections: dict[SourceId, Connections] = {}
    for source in current:
        known, limit = facts.get(source_account(source.id)), core.accounts.limit(source_account(source.id))
        if known is not None:
            connections[source.id] = Connections(known.open, known.limit, known.why)
        elif limit is not None:
            connections[source.id] = Connections(0, limit, "given")
    return provider_cards(
        listed=await acts.sources.listed() if not core.demo else (),
        sources=current,
        settings={one.id: setting_of(one.id) for one in core.book.configured},
        statuses=core.statuses.current,
        accounts=core.accounts.statuses.current,
        connections=connections,
        now=core.ground.clock.now(),
    )


def probe_of(acts: OperatorActs) -> Probe:
    """The last test of all providers."""
    report, at = acts.probed.current
    return probe_view(report, at=at, running=acts.is_probing)


async def _provider(core: Core, acts: OperatorActs, name: str, compared: str) -> ProviderView:
    cards = {card.id: card for card in await provider_rows(core, acts)}
    card = cards.get(name)
    if card is None:
        raise NotFound("There is no such provider.", hint="The page Providers lists them all.")
    past = await acts.history.generations(SourceId(name))
    served = next((one.id for one in past if one.is_served), None)
    earlier = next((one.id for one in past if str(one.id) == compared), None)
    diff = None
    if earlier is not None and served is not None:
        diff = diff_view(earlier, served, await acts.history.diff(SourceId(name), earlier, served))
    shown: Mapping[str, Any] = await acts.sources.shown(name) if card.mine else {}
    probe = probe_of(acts)
    return ProviderView(
        card=card,
        fields=tuple((field, _written(value)) for field, value in shown.items() if field != "id"),
        generations=tuple(map(generation_row, past)),
        diff=diff,
        probed=tuple(row for row in probe.rows if row.name == name),
    )


async def _add(acts: OperatorActs, who: str, fields: Fields) -> str:
    given = {name: value for name, value in changes_of(fields).items() if value is not None}
    said = await acts.sources.add(
        fields.get("source", "").strip() or None, {"type": fields.get("type", ""), **given}, who=who
    )
    return f"{said} It is being asked now."


def changes_of(fields: Fields) -> dict[str, Any]:
    """What a form says of a source: fields that are there; an empty one is taken back, an empty secret stays."""
    given: dict[str, Any] = {}
    for name in _TEXTS:
        if name in fields:
            text = fields[name].strip()
            if text or name not in {"url", "password", "username"}:
                given[name] = text or None
    for name in _NUMBERS:
        if name in fields:
            given[name] = number(fields, name) if fields[name].strip() else None
    hosts = [host.strip() for host in fields.get("hosts", "").replace("\n", ",").split(",") if host.strip()]
    if hosts:
        given["hosts"] = hosts
    if "allow_lan" in fields:
        given["allow_lan"] = flag(fields, "allow_lan") or None
    return given


def number(fields: Fields, name: str) -> int:
    """A whole number of a form. Raises ActionRefused."""
    text = fields.get(name, "").strip()
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 18):  # noqa: PLR2004 - fits SQLite
        raise ActionRefused(f"The form needs {name}: a whole number.")
    return int(text)


def flag(fields: Fields, name: str) -> bool:
    """Whether a switch of a form is on: 1, true, yes or on."""
    return fields.get(name, "").strip().lower() in _YES


def _written(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
