"""The fields of a source's definition that are secret: how they are shown, and how they come back from such a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunerr.model.url import SecretUrl

PLACEHOLDER = "<secret>"
"""What stands for a secret, or before a URL that holds one, where secrets are not shown. Never a value."""

_SECRETS = frozenset({"username", "password", "cookies"})
_URLS = frozenset({"url", "hosts", "proxy"})


def hidden(field: str, value: Any) -> Any:
    """The value of a field as it may be shown: PLACEHOLDER in place of secrets, and before a URL that holds one."""
    if field == "headers":
        return dict.fromkeys(value, PLACEHOLDER)
    if field in _SECRETS:
        return PLACEHOLDER
    if field not in _URLS:
        return value
    if isinstance(value, list):
        return [hidden(field, one) for one in value]
    shown = str(SecretUrl(value))
    return value if shown == value else f"{PLACEHOLDER} {shown}"


def revealed(document: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the secrets of the source as it was `before` where it shows that very source's placeholders.

    Placeholders of anything else stay, and are refused when the document is checked; so do those of a source that is
    at other addresses: a file from elsewhere must not send passwords there.
    """
    found = {
        field: _revealed(field, value, before[field]) if field in before else value for field, value in document.items()
    }
    same = all(found.get(field) == before.get(field) for field in _URLS)
    return {field: value if same or field in _URLS else document[field] for field, value in found.items()}


def _revealed(field: str, value: Any, before: Any) -> Any:
    if isinstance(value, dict) and isinstance(before, dict):
        return {name: before.get(name, one) if one == PLACEHOLDER else one for name, one in value.items()}
    if isinstance(value, list) and isinstance(before, list):
        real = {hidden(field, one): one for one in before}
        return [real.get(one, one) if isinstance(one, str) else one for one in value]
    return before if value == hidden(field, before) else value
