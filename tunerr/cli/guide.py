"""`guide`: which guide a channel of the running server has. An id, a number or the exact name says which channel."""

from __future__ import annotations

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson, ask

app = cyclopts.App(
    name="guide",
    help="Which guide a channel of the running server has. CHANNEL is an id, a number or the exact name.",
    usage="Usage: iptv-tunerr guide ACT [CHANNEL] [ID] [flags]",
    version_flags=[],
)

Channel = Annotated[str, Parameter(name="CHANNEL", help="Id, number or exact name.")]
GuideId = Annotated[str, Parameter(name="ID", help="XMLTV id, as `guide search` prints it.")]


@app.command
def accept(channel: Channel, guide_id: GuideId, /, *, data_dir: DataDir = None) -> None:
    """Link a channel to an XMLTV id, whatever else is known of it."""
    ask("guide-accept", {"channel": channel, "guide_id": guide_id}, data_dir=data_dir)


@app.command
def refuse(channel: Channel, guide_id: GuideId, /, *, data_dir: DataDir = None) -> None:
    """Say that an XMLTV id is another channel's."""
    ask("guide-refuse", {"channel": channel, "guide_id": guide_id}, data_dir=data_dir)


@app.command
def unlink(channel: Channel, /, *, data_dir: DataDir = None) -> None:
    """Refuse every XMLTV id that a channel is linked to now."""
    ask("guide-unlink", {"channel": channel}, data_dir=data_dir)


@app.command
def search(
    text: Annotated[str, Parameter(name="TEXT", help="Part of an id or of a name.")],
    /,
    *,
    limit: Annotated[int, Parameter(help="How many at most.")] = 50,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Channels that the guides list, whether they are offered or not."""
    ask("guide-search", {"text": text, "limit": limit}, data_dir=data_dir, as_json=json)


@app.command
def programmes(
    text: Annotated[str, Parameter(name="TEXT", help="Words of a title or sub-title.")],
    /,
    *,
    limit: Annotated[int, Parameter(help="How many at most.")] = 50,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """What the channels show, by words; what is on and what comes first."""
    ask("guide-programmes", {"text": text, "limit": limit}, data_dir=data_dir, as_json=json)
