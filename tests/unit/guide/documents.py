"""Guide documents made by hand, the worker's jobs run on them, and the judges of what comes out."""

import os
import re
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from lxml import etree

from tunerr.guide.making import edition, render
from tunerr.guide.matching.values import Wanted
from tunerr.guide.messages import IngestReport, RenderAnswer
from tunerr.guide.reading import ingest
from tunerr.guide.store import GuideStore

DTD_FOLDER = Path("/usr/share/xmltv")
SHARED = Path(__file__).parents[4] / "shared" / "data"
NOW = datetime(2026, 8, 23, 12, tzinfo=UTC)
HOUR = 3600


def at(hours):
    """XMLTV time so many hours from NOW, as providers write it."""
    return datetime.fromtimestamp(NOW.timestamp() + hours * HOUR, UTC).strftime("%Y%m%d%H%M%S +0000")


def seconds(hours):
    return int(NOW.timestamp() + hours * HOUR)


def programme(channel, start, stop=None, children=None, title="Film"):
    times = f" start={quoteattr(at(start) if isinstance(start, int | float) else start)}"
    if stop is not None:
        times += f" stop={quoteattr(at(stop) if isinstance(stop, int | float) else stop)}"
    return f'<programme channel="{channel}"{times}>{children or f"<title>{title}</title>"}</programme>\n'


def far(hours, title="later"):
    """A row of one hour that many hours ahead."""
    return programme("one.test", hours, hours + 1, title=title)


def guide(*rows, channels=("one.test", "two.test"), head='<!DOCTYPE tv SYSTEM "xmltv.dtd">', end="</tv>"):
    listed = "".join(f'<channel id="{name}"><display-name>{name}</display-name></channel>\n' for name in channels)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<tv>\n{listed}{"".join(rows)}{end}'.encode()


class Desk:
    """A data folder in which documents are ingested and editions rendered."""

    def __init__(self, root):
        self.root = root
        self.db = root / "guide.db"
        self.guide_dir = root / "guide"

    def request(self, document, *wanted, source="xmltv", now=NOW, **asked):
        """What an IngestRequest says; `wanted` are Wanted or tvg-ids, `asked` its other fields."""
        path = document
        if isinstance(document, bytes):
            path = self.root / "document"
            path.write_bytes(document)
        wanted = wanted or ("one.test", "two.test")
        rows = (row if isinstance(row, Wanted) else Wanted(f"dna-{row}", (row,), row) for row in wanted)
        return {
            "path": str(path),
            "source": source,
            "guide_db": str(self.db),
            "wanted": [tuple(row) for row in rows],
            "now": now.timestamp(),
            "retain_past_hours": 48,
            "horizon_days": 21,
            **asked,
        }

    def ingest(self, document, *wanted, **asked):
        return IngestReport.model_validate(ingest.run(self.request(document, *wanted, **asked)))

    def rows(self, channel="one.test", source="xmltv"):
        """(start, stop, body) in hours from NOW, as they are stored."""
        with GuideStore(self.db) as store:
            generation = store.published(source)
            found = [] if generation is None else store.programmes(generation, channel, 0, 2**40)
        return [((s - seconds(0)) / HOUR, (e - seconds(0)) / HOUR, body.decode()) for s, e, body in found]

    def titles(self, channel="one.test", source="xmltv"):
        """Of rows that have nothing else."""
        return [re.sub("</?title>", "", body) for _, _, body in self.rows(channel, source)]

    def listed(self, source="xmltv"):
        """What the guide lists, by id as written; and the lower-case ids whose programmes are stored."""
        with GuideStore(self.db) as store:
            generation = store.published(source)
            return {row.id: row for row in store.listed(generation)}, store.stored(generation)

    def generations(self):
        """(source, state) of all, and no row belongs to any other."""
        with sqlite3.connect(self.db) as db:
            found = db.execute("SELECT source, state FROM generation ORDER BY id").fetchall()
            stray = db.execute(
                "SELECT generation FROM programme UNION SELECT generation FROM listed EXCEPT SELECT id FROM generation"
            ).fetchall()
        db.close()
        assert stray == []
        return found

    def render(self, *channels, version="v1", sources=("xmltv", "xmltv-2"), now=NOW, **asked):
        """The edition of `channels`: (number, name, tvg-id, logo), and a dict of what else a RenderChannel says."""
        request = {
            "guide_db": str(self.db),
            "guide_dir": str(self.guide_dir),
            "lineup": {"version": version, "channels": [lineup_row(*row) for row in enumerate(channels)]},
            "sources": [{"id": source} for source in sources],
            "now": now.timestamp(),
            "past_hours": 24,
            "future_hours": 14 * 24,
            "generator": "IPTV Tunerr test",
            **asked,
        }
        self.answer = RenderAnswer.model_validate(render.run(request))
        made = edition.read(self.guide_dir)
        assert made.version == self.answer.version
        return made


def lineup_row(index, channel):
    """A RenderChannel as JSON; what a dict at the end of `channel` says of Wanted goes there."""
    number, name, tvg_id, logo, *more = channel
    more = dict(*more)
    wanted = {key: more.pop(key) for key in Wanted._fields if key in more}
    wanted = Wanted(**{"id": f"dna-{0x1234567800000000 + index:016x}", "names": (name,), "tvg_id": tvg_id, **wanted})
    return {"number": number, "name": name, "logo": logo, "wanted": list(wanted), **more}


@cache
def dtd():
    if not (DTD_FOLDER / "xmltv.dtd").exists():
        pytest.skip("xmltv.dtd is not installed (apt-get install xmltv-util)")
    return etree.DTD(str(DTD_FOLDER / "xmltv.dtd"))


def problems(xml):
    """What the DTD has against a document (bytes or path)."""
    root = etree.parse(str(xml)).getroot() if isinstance(xml, Path) else etree.fromstring(xml)
    return [] if dtd().validate(root) else [str(entry) for entry in dtd().error_log]


def wrapped(body):
    head = '<tv><channel id="a.b"><display-name>A</display-name></channel><programme start="20260101" channel="a.b">'
    return f"{head}{body}</programme></tv>".encode()


def validator_complaints(path):
    """What xmltv's own validator prints about a file, one sentence a line; channels without programmes left out."""
    program = shutil.which("tv_validate_file")
    if program is None:
        pytest.skip("tv_validate_file is not installed (apt-get install xmltv-util)")
    environment = {"PATH": os.defpath, "XMLTV_SUPPLEMENT": str(DTD_FOLDER)}
    done = subprocess.run(
        [program, str(path)], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    lines = re.split(r"\n+", done.stdout + done.stderr)
    return [line for line in lines if line.strip() and "Validated ok" not in line]
