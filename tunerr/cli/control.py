"""Client of the running server's control socket.

The protocol: `POST /act/<name>` with a JSON object; a success answers `{"message": …}`, a refusal (status 400 and up)
`{"error": …, "hint": …}`. Whoever may open the socket (mode 0600 in the data folder) may act.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from tunerr.cli.options import load_settings
from tunerr.errors import ActionRefused, TunerrError
from tunerr.storage.folder import DataFolder
from tunerr.support.unix_socket import reachable

_TIMEOUT = aiohttp.ClientTimeout(total=600.0, sock_connect=5.0)  # a refresh of large sources takes minutes
_FIRST_REFUSAL = 400


def act(name: str, body: Mapping[str, str], *, data_dir: str | None) -> str:
    """Have the running server do `name`; returns its message.

    Raises ActionRefused with the server's reason, NoServerError when no server runs on that data folder.
    """
    settings = load_settings({"DATA_DIR": data_dir}).settings
    # The server may have got its playlist by --m3u, which this process can't know: look on both sides of the demo.
    other = DataFolder(settings.other_data_folder())
    try:
        return asyncio.run(_post(DataFolder(settings.data_folder()).socket, name, body))
    except NoServerError:
        if not other.socket.exists():
            raise
        return asyncio.run(_post(other.socket, name, body))


class NoServerError(TunerrError):
    """Nobody listens on the socket."""


async def _post(socket: Path, name: str, body: Mapping[str, str]) -> str:
    try:
        with reachable(socket) as short:
            connector = aiohttp.UnixConnector(path=short)
            async with (
                aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as session,
                session.post(f"http://tunerr/act/{name}", json=dict(body)) as response,
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
    return str(fields.get("message") or "Done.")
