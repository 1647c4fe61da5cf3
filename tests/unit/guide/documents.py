"""Guide documents made by hand, the worker's jobs run on them, and the judges of what comes out."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from lxml import etree

from tunerr.guide import edition, ingest, render
from tunerr.guide.messages import IngestReport
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


def guide(*rows, channels=("one.test", "two.test"), head='<!DOCTYPE tv SYSTEM "xmltv.dtd">', end="</tv>"):
    listed = "".join(f'<channel id="{name}"><display-name>{name}</display-name></channel>\n' for name in channels)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<tv>\n{listed}{"".join(rows)}{end}'.encode()


class Desk:
    """A data folder in which documents are ingested and editions rendered."""

    def __init__(self, root):
        self.root = root
        self.db = root / "guide.db"
        self.guide_dir = root / "guide"

    def ingest(self, document, *wanted, source="xmltv", now=NOW):
        path = document
        if isinstance(document, bytes):
            path = self.root / "document"
            path.write_bytes(document)
        request = {
            "path": str(path),
            "source": source,
            "guide_db": str(self.db),
            "wanted": list(wanted or ("one.test", "two.test")),
            "now": now.timestamp(),
            "retain_past_hours": 48,
            "horizon_days": 21,
        }
        return IngestReport.model_validate(ingest.run(request))

    def rows(self, channel="one.test", source="xmltv"):
        """(start, stop, body) in hours from NOW, as they are stored."""
        with GuideStore(self.db) as store:
            generation = store.published(source)
            found = [] if generation is None else store.programmes(generation, channel, 0, 2**40)
        return [((s - seconds(0)) / HOUR, (e - seconds(0)) / HOUR, body.decode()) for s, e, body in found]

    def render(self, *channels, version="v1", sources=("xmltv", "xmltv-2"), now=NOW):
        rows = [
            {"number": number, "id": f"dna-{name_id:016x}", "name": name, "tvg_id": tvg_id, "logo": logo}
            for name_id, (number, name, tvg_id, logo) in enumerate(channels, 0x1234567800000000)
        ]
        request = {
            "guide_db": str(self.db),
            "guide_dir": str(self.guide_dir),
            "lineup": {"version": version, "channels": rows},
            "sources": list(sources),
            "now": now.timestamp(),
            "past_hours": 24,
            "future_days": 14,
            "generator": "IPTV Tunerr test",
        }
        answer = render.run(request)
        made = edition.read(self.guide_dir)
        assert made.version == answer["version"]
        return made


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
