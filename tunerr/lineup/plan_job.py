"""The worker's job `plan-lineup`: the rules over all served channels, with one decision for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from tunerr.catalog.served import served_channels
from tunerr.lineup.plan import Answer, Change, Difference, Example, Offer, Request, StageSummary, Summary
from tunerr.lineup.plan_store import PlanStore
from tunerr.lineup.rules.candidate import Candidate, candidates
from tunerr.lineup.rules.groups import count_groups
from tunerr.lineup.rules.pipeline import Plan, StageReport, plan
from tunerr.lineup.rules.stage import Given
from tunerr.model.channel import SourceId
from tunerr.model.numbers import GuideNumber
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors
from tunerr.support.garbage import no_garbage_collection

_EXAMPLES = 5


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run the job on a `Request`; the answer is an `Answer`, both as plain data. Raises StorageError.

    The plan in force stays as it was until the new one is whole, and when it is a preview.
    """
    asked = Request.model_validate(request)
    with no_garbage_collection():
        return _run(asked).model_dump(mode="json")


def _run(asked: Request) -> Answer:
    with storage_errors(asked.catalog_db), closing(open_worker(asked.catalog_db, kind="catalog")) as db:
        store = PlanStore(db)
        rows = served_channels(db, [SourceId(source) for source in asked.sources])
        channels = candidates(rows, asked.overrides)
        made = plan(channels, _given(asked))
        chosen = {one.channel.id: one.channel.name for one in made.decisions[: made.kept]}
        summary = _summary(asked.now, made, difference(store.chosen(), chosen))
        if not asked.preview:
            groups = count_groups(channels, chosen.keys(), several=len(asked.sources) > 1)
            store.write(made.decisions, groups, summary)
    offers = tuple(_offer(decision.channel) for decision in made.decisions[: made.kept]) if asked.preview else ()
    return Answer(chosen=tuple(chosen), summary=summary, offers=offers)


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> Difference:
    """Compare two lineups, names by channel id, each in its order."""
    stayed = [channel for channel in before if channel in after]
    order = [channel for channel in after if channel in before]
    moved = [channel for old, channel in zip(stayed, order, strict=True) if old != channel]
    return Difference(
        added=_change([name for channel, name in after.items() if channel not in before]),
        removed=_change([name for channel, name in before.items() if channel not in after]),
        moved=_change([after[channel] for channel in moved]),
    )


def _offer(channel: Candidate) -> Offer:
    wanted = channel.number or (GuideNumber.parse(channel.row.chno) if channel.row.chno else None)
    return Offer(channel.id, channel.name, channel.group, "" if wanted is None else str(wanted))


def _given(asked: Request) -> Given:
    return Given(
        rules=asked.rules,
        now=asked.now,
        limit=asked.limit,
        held=asked.held,
        failed=asked.failed,
        coverage=asked.coverage,
        free=asked.free,
    )


def _change(names: Sequence[str]) -> Change:
    return Change(count=len(names), examples=tuple(names[:_EXAMPLES]))


def _summary(now: float, made: Plan, compared: Difference) -> Summary:
    return Summary(
        made_at=now,
        channels=len(made.decisions),
        raw=made.raw,
        kept=made.kept,
        stages=tuple(map(_stage, made.stages)),
        difference=compared,
    )


def _stage(report: StageReport) -> StageSummary:
    return StageSummary(
        stage=report.stage,
        summary=report.summary,
        left_out=report.left_out,
        examples=tuple(Example(name=name, reason=reason) for name, reason in report.examples),
        note=report.note,
    )
