"""The acts of the control socket, as a table: names and arguments in, one call each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tunerr.actions.audit import Audit
from tunerr.actions.channels import OperatorChannels
from tunerr.actions.finding import ChannelFinder
from tunerr.actions.identity import OperatorIdentity
from tunerr.actions.operators import Operators
from tunerr.actions.rules import OperatorRules
from tunerr.actions.sources import OperatorSources
from tunerr.actions.transfer import Transfer
from tunerr.actions.undo import Undoing
from tunerr.app.arguments import Act, Arguments
from tunerr.errors import ActionRefused
from tunerr.model.channel import ChannelId, SourceId
from tunerr.providers.probe import AGENTS
from tunerr.storage.host_agents import HostAgents

WHO = "command line"
"""Who acts by the control socket, as the journal says it."""

_FOUND = 50


def source_acts(sources: OperatorSources, transfer: Transfer) -> dict[str, Act]:
    """The operator's sources, and all choices as a file."""

    async def add(given: Arguments) -> str:
        return await sources.add(given.text("source", "") or None, given.table("definition"), who=WHO)

    async def export(given: Arguments) -> dict[str, str]:
        return {"toml": await transfer.exported(secrets=given.flag("secrets"))}

    async def take(given: Arguments) -> Any:
        if given.flag("dry_run"):
            return await transfer.compared(given.text("toml"), replace=given.flag("replace"))
        return await transfer.imported(given.text("toml"), replace=given.flag("replace"), who=WHO)

    return {
        "source-list": lambda _: sources.listed(),
        "source-show": lambda given: sources.shown(given.text("source")),
        "source-add": add,
        "source-edit": lambda given: sources.edit(given.text("source"), given.table("changes"), who=WHO),
        "source-remove": lambda given: sources.remove(given.text("source"), who=WHO),
        "source-enable": lambda given: sources.enable(given.text("source"), given.flag("on"), who=WHO),
        "source-reorder": lambda given: sources.reorder(given.texts("sources"), who=WHO),
        "choices-export": export,
        "choices-import": take,
    }


def refresh_acts(
    *,
    refresh: Callable[[str, SourceId | None], Awaitable[str]],
    accept: Callable[[str, SourceId], Awaitable[str]],
    history: Callable[[SourceId], Awaitable[Any]],
    diff: Callable[[SourceId, int | None, int | None], Awaitable[Any]],
    roll_back: Callable[[str, SourceId, int | None], Awaitable[str]],
) -> dict[str, Act]:
    """What a source answered: refresh, history and what differs. `who` comes first where something is changed."""

    async def refreshed(given: Arguments) -> str:
        source = given.text("source", "")
        return await refresh(WHO, SourceId(source) if source else None)

    return {
        "refresh": refreshed,
        "accept-refresh": lambda given: accept(WHO, SourceId(given.text("source"))),
        "source-history": lambda given: history(SourceId(given.text("source"))),
        "source-diff": lambda given: diff(SourceId(given.text("source")), given.number("old"), given.number("new")),
        "source-roll-back": lambda given: roll_back(WHO, SourceId(given.text("source")), given.number("generation")),
    }


def channel_acts(channels: OperatorChannels, finder: ChannelFinder) -> dict[str, Act]:
    """The operator's choices for single channels."""

    async def listed(given: Arguments) -> Any:
        return await channels.listed() if given.flag("changed") else [one._asdict() for one in finder.offered()]

    async def found(given: Arguments) -> list[dict[str, Any]]:
        limit = given.number("limit")
        return [one._asdict() for one in await finder.search(given.text("text"), _FOUND if limit is None else limit)]

    async def enable(given: Arguments) -> str:
        return await channels.enable(given.texts("channels"), given.flag("on"), group=given.text("group", ""), who=WHO)

    return {
        "channel-list": listed,
        "channel-find": found,
        "channel-show": lambda given: channels.shown(given.text("channel")),
        "channel-set": lambda given: channels.set(given.text("channel"), given.table("changes"), who=WHO),
        "channel-clear": lambda given: channels.clear(given.text("channel"), given.texts("fields"), who=WHO),
        "channel-enable": enable,
    }


def identity_acts(
    identity: OperatorIdentity,
    finder: ChannelFinder,
    *,
    suggestions: Callable[[], Awaitable[Any]],
    explain: Callable[[ChannelId], Awaitable[Any]],
) -> dict[str, Act]:
    """Rulings on what is one channel. `suggestions`: channels that may be one; `explain`: what recognises one."""

    async def explained(given: Arguments) -> Any:
        return await explain((await finder.find(given.text("channel"))).id)

    return {
        "channel-identity": explained,
        "channel-merge": lambda given: identity.merge(given.texts("channels"), who=WHO),
        "channel-split": lambda given: identity.split(given.text("channel"), given.texts("streams"), who=WHO),
        "channel-pin": lambda given: identity.pin(given.text("channel"), given.texts("streams"), who=WHO),
        "channel-suggestions": lambda _: suggestions(),
    }


def rules_acts(rules: OperatorRules) -> dict[str, Act]:
    """The rules of the lineup."""
    return {
        "rules-show": lambda _: rules.shown(),
        "rules-set": lambda given: rules.set(given.table("changes"), who=WHO),
    }


def agent_acts(agents: HostAgents) -> dict[str, Act]:
    """As which player hosts are asked; `agents-learn` takes what a probe of the command line found."""

    async def listed(_: Arguments) -> list[dict[str, str]]:
        return list(agents.rows())

    async def learn(given: Arguments) -> str:
        found = {host.lower(): agent for host, agent in given.table("agents").items() if agent in AGENTS.values()}
        await agents.learn(found, usual=[host.lower() for host in given.texts("usual")])
        return f"{len(found)} remembered."

    return {"agents": listed, "agents-learn": learn}


def undo_acts(undoing: Undoing) -> dict[str, Act]:
    """Acts on acts."""
    return {
        "undo": lambda given: undoing.undo(given.number("act"), who=WHO),
        "redo": lambda _: undoing.redo(who=WHO),
        "undo-list": lambda _: undoing.listed(),
    }


def deck_acts(
    operators: Operators, audit: Audit, *, renew_code: Callable[[], str], url: Callable[[], str]
) -> dict[str, Act]:
    """The one-time code for the Control Deck; `url` is the deck's address."""

    async def code(_: Arguments) -> str:
        if operators.fixed:
            raise ActionRefused("The password is set by IPTV_TUNERR_WEBUI_PASS.", hint="Change it there.")
        await audit.note(who=WHO, act="deck-code", subject=operators.user)
        return f"The one-time code is {renew_code()}; set a new password with it at {url()}setup"

    return {"deck-code": code}
