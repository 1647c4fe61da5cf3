"""How sources are chosen, in the deck: hosts, accounts, and why a channel's streams have their order."""

from __future__ import annotations

from tunerr.actions.accounts import release_account
from tunerr.app.core import Core
from tunerr.app.operator_acts import OperatorActs
from tunerr.catalog import ranking
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.page import Asked, Page
from tunerr.errors import ActionRefused, NotFound
from tunerr.gateway.accounts import source_account
from tunerr.gateway.outcome import PlaybackOutcome
from tunerr.model.channel import LineupChannel
from tunerr.views.autopilot import AutopilotView, OrderView, account_rows, host_rows, order_view


def autopilot_pages(core: Core, acts: OperatorActs) -> tuple[Page, ...]:
    """The page, with the order of one channel when it is asked for: by id, number or name."""

    async def view(asked: Asked) -> AutopilotView:
        outcomes, text = _outcomes(core), asked.query.get("channel", "").strip()[:100]
        return AutopilotView(
            sessions=len(core.gateway.attempts()),
            hosts=host_rows(outcomes),
            accounts=account_rows(core.gateway.accounts.facts, account_names(core)),
            channel=text,
            order=await _order(core, await _row(core, acts, text), outcomes) if text else None,
        )

    return (Page("/autopilot", "autopilot.html", view),)


def autopilot_operations(core: Core) -> dict[str, Operation]:
    """What may be done about accounts."""

    async def release(who: str, fields: Fields) -> str:
        accounts, audit = core.gateway.accounts, core.desk.audit
        return await release_account(accounts, audit, account_names(core), who=who, account=fields.get("account", ""))

    return {
        "account-release": Operation(
            "Forget what was learned of the limits of `account`: its key, or the source that it is.",
            release,
            "providers",
        )
    }


def account_names(core: Core) -> dict[str, str]:
    """The sources that are one account, by its key."""
    return {source_account(source.id): str(source.id) for source in core.ground.sources.current}


def _outcomes(core: Core) -> list[PlaybackOutcome]:
    return [outcome for attempt in core.gateway.attempts() for outcome in attempt.outcomes]


async def _row(core: Core, acts: OperatorActs, text: str) -> LineupChannel:
    lineup = core.lineup.current
    try:
        found = (await acts.finder.find(text)).id
    except ActionRefused as refused:
        raise NotFound(refused.message, hint=refused.hint) from refused
    row = lineup.by_id.get(found) if lineup else None
    if row is None:
        raise NotFound("This channel is not offered.", hint="Its own page says why.")
    return row


async def _order(core: Core, row: LineupChannel, outcomes: list[PlaybackOutcome]) -> OrderView:
    rules = core.offering.planner.in_force
    override = (await core.offering.overrides.all()).get(row.channel.id)
    ranked = ranking.rank(
        row.channel.streams,
        policy=rules.dna_policy,
        preferred_hosts=rules.preferred_hosts,
        order=override.streams if override else (),
    )
    return order_view(row, ranked, policy=rules.dna_policy, outcomes=outcomes)
