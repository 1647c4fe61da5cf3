"""`channel`: single channels of the running server. An id, a number or the exact name says which one."""

from __future__ import annotations

from typing import Annotated, Any

import cyclopts
from cyclopts import Parameter

from tunerr.cli.options import DataDir
from tunerr.cli.output import AsJson, ask

app = cyclopts.App(
    name="channel",
    help="Single channels of the running server. CHANNEL is an id, a number or the exact name.",
    usage="Usage: iptv-tunerr channel ACT [CHANNEL] [flags]",
    version_flags=[],
)

Channel = Annotated[str, Parameter(name="CHANNEL", help="Id, number or exact name.")]
Streams = Annotated[str, Parameter(name="STREAM", help="Keys of streams, as `channel show` prints them.")]


@app.command(name="list")
def list_(
    *,
    changed: Annotated[bool, Parameter(negative="", help="Only those that you changed, offered or not.")] = False,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """The channels of the lineup."""
    ask("channel-list", {"changed": changed}, data_dir=data_dir, as_json=json)


@app.command
def find(
    text: Annotated[str, Parameter(help="Part of the name.")],
    /,
    *,
    limit: Annotated[int, Parameter(help="How many at most.")] = 50,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Channels whose name contains a text, in the lineup or not."""
    ask("channel-find", {"text": text, "limit": limit}, data_dir=data_dir, as_json=json)


@app.command
def show(channel: Channel, /, *, json: AsJson = False, data_dir: DataDir = None) -> None:
    """One channel, its streams, and what you changed of it."""
    ask("channel-show", {"channel": channel}, data_dir=data_dir, as_json=json)


@app.command
def why(channel: Channel, /, *, json: AsJson = False, data_dir: DataDir = None) -> None:
    """Why a channel is in the lineup, or not."""
    ask("channel-why", {"channel": channel}, data_dir=data_dir, as_json=json)


@app.command
def identity(channel: Channel, /, *, json: AsJson = False, data_dir: DataDir = None) -> None:
    """By what each entry of a channel is recognised: tvg-id, name, stream address, label, your rulings."""
    ask("channel-identity", {"channel": channel}, data_dir=data_dir, as_json=json)


@app.command(name="set")
def set_(
    channel: Channel,
    /,
    *,
    name: Annotated[str | None, Parameter(help="What it is called.")] = None,
    number: Annotated[str | None, Parameter(help="Its number, 5 or 5.1.")] = None,
    logo: Annotated[str | None, Parameter(help="URL of its logo.")] = None,
    group: Annotated[str | None, Parameter(help="Its group.")] = None,
    order: Annotated[int | None, Parameter(help="Lower comes first, before channels without one.")] = None,
    guide_id: Annotated[str | None, Parameter(help="XMLTV id of its programmes, in whichever guide.")] = None,
    guide_refused: Annotated[
        tuple[str, ...], Parameter(negative="", help="XMLTV id that is another channel's; may be repeated.")
    ] = (),
    guide_shift: Annotated[
        str | None, Parameter(help="Move its programmes: hours (+1, -2.5), or a zone (Europe/Berlin).")
    ] = None,
    stream: Annotated[
        tuple[str, ...], Parameter(negative="", help="Key of a stream, in the order to try; may be repeated.")
    ] = (),
    data_dir: DataDir = None,
) -> None:
    """Set what a channel is called, its number and so on, whatever its provider says."""
    given: dict[str, Any] = {
        "name": name,
        "number": number,
        "logo": logo,
        "group": group,
        "order": order,
        "guide_id": guide_id,
        "guide_refused": list(guide_refused) or None,
        "guide_shift": guide_shift,
        "streams": list(stream) or None,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    ask("channel-set", {"channel": channel, "changes": changes}, data_dir=data_dir)


@app.command
def clear(
    channel: Channel,
    /,
    *fields: Annotated[str, Parameter(name="FIELD", help="name, number, logo …; everything when left out.")],
    data_dir: DataDir = None,
) -> None:
    """Take a channel, or fields of it, back to what its provider says."""
    ask("channel-clear", {"channel": channel, "fields": list(fields)}, data_dir=data_dir)


@app.command
def enable(
    *channels: Channel,
    group: Annotated[str, Parameter(help="All channels of this group, too.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Put channels into the lineup, past every filter."""
    ask("channel-enable", {"channels": list(channels), "group": group, "on": True}, data_dir=data_dir)


@app.command
def disable(
    *channels: Channel,
    group: Annotated[str, Parameter(help="All channels of this group, too.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Take channels out of the lineup."""
    ask("channel-enable", {"channels": list(channels), "group": group, "on": False}, data_dir=data_dir)


@app.command
def merge(*channels: Channel, data_dir: DataDir = None) -> None:
    """Make one channel of several; the first one keeps its number."""
    ask("channel-merge", {"channels": list(channels)}, data_dir=data_dir)


@app.command
def split(channel: Channel, /, *streams: Streams, data_dir: DataDir = None) -> None:
    """Make a channel of its own of streams of a channel."""
    ask("channel-split", {"channel": channel, "streams": list(streams)}, data_dir=data_dir)


@app.command
def pin(channel: Channel, /, *streams: Streams, data_dir: DataDir = None) -> None:
    """Have streams belong to a channel, whatever their provider calls them."""
    ask("channel-pin", {"channel": channel, "streams": list(streams)}, data_dir=data_dir)


@app.command
def suggestions(*, json: AsJson = False, data_dir: DataDir = None) -> None:
    """Channels that may be one and the same."""
    ask("channel-suggestions", {}, data_dir=data_dir, as_json=json)


@app.command(name="test")
def try_(
    *channels: Channel,
    status: Annotated[bool, Parameter(negative="", help="Say how far the tests are.")] = False,
    end: Annotated[bool, Parameter(negative="", help="End them early.")] = False,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Try the streams of channels; all that may be offered are tested when none is named."""
    if status or end:
        ask("channel-test-status" if status else "channel-test-end", {}, data_dir=data_dir, as_json=json)
    else:
        ask("channel-test", {"channels": list(channels)}, data_dir=data_dir, as_json=json)


@app.command
def groups(*, json: AsJson = False, data_dir: DataDir = None) -> None:
    """The groups of the catalog, and how many of their channels are offered."""
    ask("groups", {}, data_dir=data_dir, as_json=json)


@app.command
def renumber(
    *,
    start: Annotated[int | None, Parameter(help="Number all channels in their order from here on.")] = None,
    offset: Annotated[int | None, Parameter(help="Add this to all numbers.")] = None,
    apply: Annotated[bool, Parameter(negative="", help="Do it; without, it is only shown.")] = False,
    json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Give channels other numbers: what would change, and which of it media servers know already."""
    body = {"start": start, "offset": offset, "apply": apply}
    ask("channel-renumber", body, data_dir=data_dir, as_json=json)
