"""Channels for the tests of rules, one short call each."""

from datetime import UTC, datetime

from tunerr.catalog.served import CatalogRow
from tunerr.lineup.rules.candidate import RuleOverride, candidates
from tunerr.lineup.rules.chosen import LineupRules
from tunerr.lineup.rules.coverage import GuideCoverage
from tunerr.lineup.rules.pipeline import plan
from tunerr.lineup.rules.stage import Given

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)  # 13:00 in New York


def row(name, key=None, *, group="General", tvg="", chno="", source="m3u", radio=False, streams=1, host="a:80", **more):
    values = {"country": "", "hosts": host if isinstance(host, tuple) else (host,), "names": (name,)} | more
    return CatalogRow(
        channel_id=key or name,
        source=source,
        name=name,
        tvg_id=tvg,
        group=group,
        chno=chno,
        radio=radio,
        streams=streams,
        **values,
    )


def given(*, limit=1000, held=(), failed=(), coverage=None, now=NOW, free=(), **rules):
    chosen = LineupRules.model_validate(rules)
    return Given(chosen, now.timestamp(), limit, tuple(held), frozenset(failed), coverage, frozenset(free))


def made(rows, *, overrides=None, **more):
    """The plan over rows; overrides are dicts by channel id."""
    chosen = {key: RuleOverride(**value) for key, value in (overrides or {}).items()}
    return plan(candidates(rows, chosen), given(**more))


def kept(rows, **more):
    """Ids of the lineup in order."""
    return [one.channel.id for one in made(rows, **more).decisions if one.kept]


def reasons(rows, **more):
    """Why each channel is or isn't offered."""
    return {one.channel.id: one.reason for one in made(rows, **more).decisions}


def linked(*ids, **status):
    return GuideCoverage(linked=frozenset(ids), status=status)
