"""What the bulk child can do. Each job's module is imported only in the child that runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Job = Callable[[dict[str, Any]], dict[str, Any]]
"""A job takes the request and returns the answer, both plain JSON; it raises TunerrError for the caller to see."""

JOBS: Mapping[str, str] = {
    "ingest": "tunerr.catalog.ingest",
    "roll-back": "tunerr.catalog.roll_back",
    "ingest-titles": "tunerr.catalog.titles",
    "explain-identity": "tunerr.catalog.explain_job",
    "suggest-merges": "tunerr.catalog.suggest_job",
    "plan-lineup": "tunerr.lineup.plan_job",
    "convert-guide": "tunerr.guide.reading.hdhr_guide",
    "ingest-guide": "tunerr.guide.reading.ingest",
    "render-guide": "tunerr.guide.making.render",
    "trim-guide": "tunerr.guide.making.trim",
    "cover-guide": "tunerr.guide.diagnosis.coverage_job",
    "guide-doctor": "tunerr.guide.diagnosis.doctor_job",
    "search-listed": "tunerr.guide.diagnosis.listing_job",
    "index-guide": "tunerr.guide.lookup.search_index",
}
"""Name of a job, and the module whose `run` it is."""


def load(module: str) -> Job:
    """Import the job in `module`."""
    job: Job = import_module(module).run
    return job
