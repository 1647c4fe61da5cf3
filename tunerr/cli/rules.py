"""`rules`: what of the catalog is offered, by rules."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Any

import cyclopts
from cyclopts import Parameter

from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson, ask
from tunerr.errors import ActionRefused

app = cyclopts.App(
    name="rules",
    help="Rules that choose the lineup of the running server.",
    usage="Usage: iptv-tunerr rules show|set|preview [flags]",
    version_flags=[],
)


@app.command
def show(*, json: AsJson = False, data_dir: DataDir = None) -> None:
    """The rules that you set."""
    ask("rules-show", {}, data_dir=data_dir, as_json=json)


Rule = Annotated[str, Parameter(name="NAME=VALUE", help="A rule; lists as JSON. Without a value: as the setting.")]


@app.command(name="set")
def set_(*rules: Rule, data_dir: DataDir = None) -> None:
    """Set rules, all in one act."""
    ask("rules-set", {"changes": dict(map(_rule, rules))}, data_dir=data_dir)


@app.command
def preview(*rules: Rule, json: AsJson = False, data_dir: DataDir = None) -> None:
    """What rules would change in the lineup, before they are set; without any, what the present ones leave out."""
    ask("rules-preview", {"changes": dict(map(_rule, rules))}, data_dir=data_dir, as_json=json)


def _rule(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ActionRefused(f"{text[:40]!r} is no rule.", hint="Write NAME=VALUE. Example: rules set take=100")
    if not value:
        return name, None
    try:
        return name, jsonlib.loads(value)
    except ValueError:
        return name, value
