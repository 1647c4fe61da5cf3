"""The operator's alias file: XMLTV ids by names of channels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from tunerr.catalog.keys import words
from tunerr.errors import ContentError
from tunerr.storage.atomic import replace_file
from tunerr.storage.folder import folder_error

_FIELD = "name_to_xmltv_id"
_LARGEST_FILE = 16 << 20
_MOST_ALIASES = 100_000
_LONGEST_TEXT = 500
_DROPPED = frozenset(
    {"hd", "uhd", "fhd", "sd", "4k", "us", "usa", "uk", "ca", "canada", "cdn", "hq", "vip", "backup", "raw", "channel"}
)
_SHAPE = f'It should look like {{"{_FIELD}": {{"BBC One": "bbc1.uk"}}}}.'


def alias_key(name: str) -> str:
    """Normalize a name as alias files have it: lower case, one word, no punctuation but `+`, no quality or region.

    Empty when nothing is left.
    """
    return "".join([word for word in words(name) if word not in _DROPPED])


def read_aliases(text: bytes) -> dict[str, str]:
    """Return XMLTV ids by `alias_key`; of names with the same key the last one counts, those without one none.

    Raises ContentError when it is no alias file.
    """
    found = {}
    for name, guide_id in _names(_document(text)).items():
        if not isinstance(guide_id, str) or not guide_id.strip():
            raise ContentError(f"The alias of {_shown(name)} is no XMLTV id.", hint=_SHAPE)
        if len(name) > _LONGEST_TEXT or len(guide_id) > _LONGEST_TEXT:
            raise ContentError(f"The alias of {_shown(name)} is too long.", hint=_SHAPE)
        if key := alias_key(name):
            found[key] = guide_id.strip()
    return found


def write_aliases(path: Path, mapping: Mapping[str, str]) -> None:
    """Add aliases, XMLTV ids by names, to the file at `path`; what else is in it stays. Atomic, mode 0600.

    An earlier alias of the same `alias_key` is replaced. Raises ContentError when the file there is no alias file, and
    DataFolderError.
    """
    try:
        document = _document(path.read_bytes())
    except FileNotFoundError:
        document = {}
    except OSError as error:
        raise folder_error(error, path.parent) from error
    added = {key: guide_id for name, guide_id in mapping.items() if (key := alias_key(name))}
    kept = {name: guide_id for name, guide_id in _names(document).items() if alias_key(name) not in added}
    names = kept | added
    body = orjson.dumps({**document, _FIELD: names}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    read_aliases(body)
    try:
        replace_file(path, body)
    except OSError as error:
        raise folder_error(error, path.parent) from error


def _document(text: bytes) -> dict[str, Any]:
    if len(text) > _LARGEST_FILE:
        raise ContentError(f"The alias file is larger than {_LARGEST_FILE >> 20} MiB.", hint="Check its address.")
    try:
        said = orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise ContentError(
            f"The alias file is no JSON: line {error.lineno}, column {error.colno}.", hint=_SHAPE
        ) from error
    if not isinstance(said, dict):
        raise ContentError("The alias file is JSON, but no object.", hint=_SHAPE)
    return said


def _names(document: Mapping[str, Any]) -> dict[str, Any]:
    names = document.get(_FIELD, {})
    if not isinstance(names, dict):
        raise ContentError(f'"{_FIELD}" in the alias file is no object.', hint=_SHAPE)
    if len(names) > _MOST_ALIASES:
        raise ContentError(f"The alias file has more than {_MOST_ALIASES} aliases.", hint="Check its address.")
    return names


def _shown(name: str) -> str:
    return repr(name[:60])
