"""What a refresh of a guide came to, in the words of its source's status. Pure."""

from __future__ import annotations

from dataclasses import replace

from tunerr.guide.messages import IngestReport
from tunerr.model.status import SourceState, SourceStatus

_MEGABYTE = 1_000_000
_OVER = "All programmes that it has of them are over, or weeks ahead."


def read(status: SourceStatus, report: IngestReport) -> SourceStatus:
    """Say what was found in a document. `status` knows when it was asked for."""
    skipped = tuple(sorted(report.dropped.items()))
    over = report.programmes == 0 and report.outside > 0
    if not report.published or over:
        stays = "" if report.published else "The guide that was read before stays."
        message = " ".join(filter(None, (_matched(report), _OVER if over else "", stays)))
        hint = "Its provider may have stopped to fill it." if over else ""
        return replace(status, state=SourceState.REFUSED, message=message, hint=hint, skipped=skipped)
    return replace(
        status,
        state=SourceState.OK,
        succeeded_at=status.attempted_at,
        message=" ".join(filter(None, (_matched(report), _flaws(report)))),
        hint="",
        entries=report.programmes,
        channels=report.channels,
        skipped=skipped,
    )


def same(status: SourceStatus) -> SourceStatus:
    """Say that the document is the one that was read before, for the same channels."""
    return replace(status, state=SourceState.OK, succeeded_at=status.attempted_at, message="Nothing changed.", hint="")


def nothing_told(status: SourceStatus, asked: int) -> SourceStatus:
    """Say that a panel was asked about `asked` channels and knew no programmes; what it told before stays."""
    channels = "1 channel" if asked == 1 else f"{asked:,} channels"
    said = f"The panel was asked about {channels} and knows no programmes." if asked else "No channel lacks programmes."
    return replace(status, state=SourceState.OK, succeeded_at=status.attempted_at, message=said, hint="")


def with_saving(status: SourceStatus, saved: int) -> SourceStatus:
    """Count bytes that were not transferred, because the document had not changed or a part of it was enough."""
    if not saved:
        return status
    size = f"{saved / _MEGABYTE:.1f} MB" if saved >= _MEGABYTE else f"{max(saved // 1000, 1):,} KB"
    message = f"{status.message} {size} did not have to be transferred."
    return replace(status, message=message, saved_bytes=status.saved_bytes + saved)


def _matched(report: IngestReport) -> str:
    if report.programmes == 0:
        return f"0 of {report.wanted:,} channels have programmes in this guide, which knows {report.listed:,} channels."
    programmes = "1 programme" if report.programmes == 1 else f"{report.programmes:,} programmes"
    return f"{programmes} for {report.channels:,} of {report.wanted:,} channels."


def _flaws(report: IngestReport) -> str:
    cut = "" if report.whole else "The guide breaks off; what came before is used."
    damage = f"Its XML is wrong in {report.damage} places or more." if report.damage else ""
    return " ".join(filter(None, (cut, damage)))
