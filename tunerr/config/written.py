"""How values look when they are shown to people; secrets never do."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

from pydantic import SecretStr

from tunerr.model.url import SecretUrl

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def written(value: object) -> str:
    """A typed value as one would write it in the environment; empty for what isn't set, `(set)` for secrets."""
    match value:
        case None | ():
            return ""
        case bool():
            return str(value).lower()
        case float():
            return _duration(value)
        case tuple() if all(isinstance(part, SecretUrl | str | IPv4Network | IPv6Network) for part in value):
            return ",".join(str(part) for part in value)
        case tuple() | SecretStr():  # headers may carry tokens
            return "(set)"
        case _:
            return str(value)


def _duration(seconds: float) -> str:
    if seconds == 0:
        return "0"
    if seconds != int(seconds):
        return f"{seconds:g}s"
    text, rest = "", int(seconds)
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return text
