"""Workflows: what to do in which order when something is wrong, with what is known of it now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tunerr.errors import NotFound
from tunerr.gateway.timeline import StreamAttempt
from tunerr.support.clock import Clock
from tunerr.views.reports import Query, Report, Reports

_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, why or what to look for, and the page that does it."""

    title: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Doing:
    """An act that the workflow uses, by its name in `/ops/actions/`."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that is known now."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Workflow:
    """A way through a kind of trouble. `missing`: what the described system has in it and this program has not yet."""

    name: str
    title: str
    about: str
    steps: tuple[Step, ...]
    actions: tuple[Doing, ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class WorkflowView:
    """A workflow with what is known now. `good` and `bad`: ids of channels that played well, and that did not."""

    workflow: Workflow
    summary: tuple[Figure, ...]
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


WORKFLOWS: Mapping[str, Workflow] = {
    one.name: one
    for one in (
        Workflow(
            "guide-repair",
            "Repair the guide",
            "Channels show no programmes, or those of another channel.",
            (
                Step("See what is wrong", "The doctor names the guides and channels with trouble.", "/guide/doctor"),
                Step("Ask the sources again", "A guide that failed is asked at once.", "/providers"),
                Step("Match channels by hand", "Accept a suggestion, or refuse a wrong link.", "/guide/repair"),
                Step("Look at the result", "The grid shows what clients see.", "/guide"),
            ),
            (Doing("guide-refresh", "Have all guides read again."),),
        ),
        Workflow(
            "stream-investigate",
            "Look into a stream",
            "A channel does not start, stops, or stutters.",
            (
                Step("See what plays", "Live says whether the provider, this machine or the viewer is slow.", "/live"),
                Step("See what was tried", "Each session lists its sources and what they did.", "/diagnostics/streams"),
                Step(
                    "See which hosts fail",
                    "A host that fails on many channels is the provider's trouble.",
                    "/autopilot",
                ),
                Step("Read the log", "Filter it by the channel's number.", "/diagnostics/logs"),
            ),
            (
                Doing("stream-stop", "End the stream of request_id, or all streams of channel_id."),
                Doing("stream-attempts-clear", "Forget the streams that are over."),
            ),
            "mux-seg-decode comes with the HLS output.",
        ),
        Workflow(
            "diagnostics",
            "Compare a good channel with a bad one",
            "Some channels play and others do not, with the same provider.",
            (
                Step(
                    "Choose two channels", "One that played and one that failed are suggested.", "/diagnostics/streams"
                ),
                Step("Compare their sources", "Why each source has its place, and how its host does.", "/autopilot"),
                Step("Take a bundle along", "Everything a helper needs, without secrets.", "/diagnostics"),
            ),
            (),
            "The comparing runs (channel-diff-run, stream-compare-run, evidence-intake-start) are not here yet.",
        ),
        Workflow(
            "programming-harvest",
            "Choose what is offered",
            "Too many channels, or the wrong ones.",
            (
                Step("Tick groups", "Counts show what each one adds.", "/channels/groups"),
                Step(
                    "Set the rules", "Recipes, languages and words decide for whole lists.", "/settings?section=lineup"
                ),
                Step("See it before it counts", "The preview says what comes, goes and moves.", "/channels/preview"),
            ),
            (),
            "Harvesting lineups of media servers comes with them.",
        ),
        Workflow(
            "ops-recovery",
            "Get it going again",
            "Nothing plays, or clients lost the tuner.",
            (
                Step("Is it ready?", "Home says what is wrong and what to do next.", "/"),
                Step("Do the providers answer?", "A test says what each of them refuses.", "/providers"),
                Step("Are the accounts free?", "A learned limit that is wrong can be forgotten.", "/autopilot"),
                Step("Take back what was changed", "Every act of an operator is listed.", "/diagnostics/audit"),
            ),
            (
                Doing("account-release", "Forget what was learned of the limits of an account."),
                Doing("guide-refresh", "Have all guides read again."),
            ),
            "Recovery of media servers' sessions comes with them.",
        ),
    )
}
"""By name, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the figures of workflows are made from."""

    channels: int
    linked: int | None
    sources: int
    ill: int
    attempts: tuple[StreamAttempt, ...]


def workflow_view(name: str, known: Known) -> WorkflowView:
    """Raises NotFound for an unknown name."""
    workflow = WORKFLOWS.get(name)
    if workflow is None:
        raise NotFound(f"There is no workflow {name[:60]!r}.", hint=f"There are: {', '.join(WORKFLOWS)}.")
    good, bad = suggested(known.attempts) if name == "diagnostics" else ((), ())
    ended = Counter(one.status or "running" for one in known.attempts)
    guides = "not made yet" if known.linked is None else f"{known.linked:,}"
    return WorkflowView(
        workflow,
        (
            Figure("Channels offered", f"{known.channels:,}"),
            Figure("Channels in a guide", guides),
            Figure("Sources in trouble", f"{known.ill:,} of {known.sources:,}"),
            Figure("Streams that play", f"{ended['running']:,}"),
            Figure("Streams that ended badly", f"{ended.total() - ended['running'] - ended['ok']:,}"),
        ),
        good,
        bad,
    )


def suggested(attempts: Iterable[StreamAttempt]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return up to three channels that always played and three that failed, the latest first."""
    good: dict[str, None] = {}
    bad: dict[str, None] = {}
    for one in attempts:
        if one.status in ("", "ok") and any(outcome.picture_after is not None for outcome in one.outcomes):
            good.setdefault(one.channel)
        elif one.status not in ("", "ok"):
            bad.setdefault(one.channel)
    return tuple(one for one in good if one not in bad)[:_SUGGESTED], tuple(bad)[:_SUGGESTED]


def workflow_document(view: WorkflowView, generated_at: str) -> dict[str, Any]:
    """The described system's document of a workflow."""
    found: dict[str, Any] = {
        "generated_at": generated_at,
        "name": view.workflow.name,
        "summary": {figure.name: figure.value for figure in view.summary},
        "steps": [asdict(step) for step in view.workflow.steps],
        "actions": [
            {"name": one.name, "about": one.about, "method": "POST", "path": f"/ops/actions/{one.name}"}
            for one in view.workflow.actions
        ],
    }
    if view.workflow.missing:
        found["not_here"] = view.workflow.missing
    if view.workflow.name == "diagnostics":
        found |= {"suggested_good_channel_ids": list(view.good), "suggested_bad_channel_ids": list(view.bad)}
    return found


def workflow_reports(known: Callable[[], Known], clock: Clock) -> Reports:
    """By path; `known` is asked each time."""

    def report(name: str) -> Report:
        async def answer(_: Query) -> dict[str, Any]:
            return workflow_document(workflow_view(name, known()), clock.now().isoformat(timespec="seconds"))

        return answer

    return {f"/ops/workflows/{name}.json": report(name) for name in WORKFLOWS}
