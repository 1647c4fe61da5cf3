"""Fetched documents as they lie in the spool: plain or gzip, told apart by their first bytes."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from isal import igzip, igzip_lib

from tunerr.errors import Truncated
from tunerr.storage.folder import folder_error

_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20


def read_document(path: Path, *, limit: int) -> Iterator[bytes]:
    """Yield the document's bytes, decompressed, in chunks of at most 1 MiB.

    Raises Truncated when the gzip stream ends early or is damaged, or when more than `limit` bytes come out of it.
    """
    total = 0
    try:
        with path.open("rb") as raw:
            compressed = raw.read(2) == _GZIP_MAGIC
            raw.seek(0)
            source = igzip.open(raw) if compressed else raw  # type: ignore[no-untyped-call]  # isal is partly typed
            while chunk := source.read(_CHUNK):
                total += len(chunk)
                if total > limit:
                    raise Truncated(
                        f"The document is larger than {limit >> 20} MiB.",
                        hint="Ask the provider for a smaller selection.",
                    )
                yield chunk
    except (EOFError, gzip.BadGzipFile, igzip_lib.IsalError) as error:  # type: ignore[misc]  # typed as a value there
        raise Truncated(
            f"The compressed document ends early or is damaged ({total >> 10} KiB could be read).",
            hint="The transfer was cut; it is tried again at the next refresh.",
        ) from error
    except OSError as error:
        raise folder_error(error, path.parent) from error
