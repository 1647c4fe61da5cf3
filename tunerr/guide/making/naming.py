"""How a channel is called in the guide: names that lead every client to its number.

Jellyfin takes the last display-name that parses as a number for the channel's number, Plex shows the first one.
"""

from __future__ import annotations

import re

from tunerr.guide.making.ids import xmltv_id
from tunerr.guide.rows.markup import clean, element, web_address
from tunerr.model.channel import ChannelId

# What lenient number parsers accept: blanks, sign, brackets, currency, thousands marks, a bare point, an exponent.
_NUMERIC = re.compile(r"[\s(+.,¤$]*\d[\d.,\s]*(?:e[+.,]*\d[\d.,]*)?[\s)+.,¤$]*|[+.]?(?:nan|infinity|∞)", re.IGNORECASE)
_LONGEST_NUMBER = 40  # characters; also bounds the matching


def parses_as_number(name: str) -> bool:
    """Whether a client may read this display-name as a channel number (`-` and `_` count as points)."""
    text = name.strip().replace("-", ".").replace("_", ".")
    return len(text) <= _LONGEST_NUMBER and _NUMERIC.fullmatch(text) is not None


def display_names(number: str, name: str) -> tuple[str, ...]:
    """`"N Name"`, `"N"`, `"Name"`; a name that parses as a number is not given bare, so that N stays the last one."""
    name = clean(name)
    if not name:
        return (number,)
    bare = () if parses_as_number(name) else (name,)
    return (f"{number} {name}", number, *bare)


def channel_xml(number: str, channel: ChannelId, name: str, logo: str) -> str:
    """The `<channel>` of one lineup channel; the display-names are adjacent, the logo follows when it is a web URL."""
    names = "".join(element("display-name", text) for text in display_names(number, name))
    source = web_address(logo)
    icon = element("icon", attributes=[("src", source)]) if source else ""
    return element("channel", attributes=[("id", xmltv_id(number, channel))], inside=names + icon)
