"""Client of the running server's control socket.

The protocol: `POST /act/<name>` with a JSON object; a success answers `{"message": …}` or `{"data": …}`, a refusal
(status 400 and up) `{"error": …, "hint": …}`. Whoever may open the socket (mode 0600 in the data folder) may act.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from tunerr.cli.options import load_settings
from tunerr.errors import ActionRefused, TunerrError
from tunerr.storage.folder import DataFolder
from tunerr.support.unix_socket import reachable

_TIMEOUT = aiohttp.ClientTimeout(total=600.0, sock_connect=5.0)  # a refresh of large sources takes minutes
_FIRST_REFUSAL = 400


def act(name: str, body: Mapping[str, Any], *, data_dir: str | None) -> Any:
    """Have the running server do `name`; returns its message (str), or its data as JSON has it.

    Raises ActionRefused with the server's reason, NoServerError when no server runs on that data folder.
    """
    settings = load_settings({"DATA_DIR": data_dir}).settings
    return asyncio.run(_post(DataFolder(settings.data_folder()).socket, name, body))


class NoServerError(TunerrError):
    """Nobody listens on the socket."""


async def _post(socket: Path, name: str, body: Mapping[str, Any]) -> Any:
    try:
        with reachable(socket) as short:
            connector = aiohttp.UnixConnector(path=short)
            async with (
                aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as session,
                session.post(f"http://tunerr/act/{name}", data=io.BytesIO(orjson.dumps(body))) as response,
            ):
                answer = await response.json(content_type=None)
                status = response.status
    except (aiohttp.ClientConnectorError, FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise NoServerError(
            f"No server is running on the data folder {socket.parent}.",
            hint="Start it with `iptv-tunerr run`, or name the running server's folder with --data-dir.",
        ) from error
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise TunerrError(
            "The running server gave no usable answer.", hint="Its log tells more; it may have been shutting down."
        ) from error
    fields = answer if isinstance(answer, dict) else {}
    if status >= _FIRST_REFUSAL:
        refusal = fields.get("error") or f"The server refused with status {status}."
        raise ActionRefused(str(refusal), hint=str(fields.get("hint") or ""))
    return fields["data"] if "data" in fields else str(fields.get("message") or "Done.")
