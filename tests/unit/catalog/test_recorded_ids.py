"""Ids are promises: what earlier code gave to these lists, and to them as they change, is given again."""

import contextlib
import hashlib
import random
import re
from pathlib import Path

import pytest

from tests.unit.catalog.lists import ingest
from tunerr.storage.connection import open_worker

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
REFRESHES = 4
NAMES = (
    *("UK: Channel {0} HD", "News {1}", "★★{2}", "🇬🇧 Señal {1} +1", "DE | Kanal {0} [FHD]"),
    *("h.264 {1} 50 fps", "Sport {0} (UK)"),
)
# Recorded with the code that kept every key as text, before it was changed.
RECORDED = {
    "free-tv.m3u8": "107e6485564a099d",
    "plutotv-gb.m3u": "e2f7f6c931525073",
    "synthetic": "f5d87df8e27ae578",
}


def synthetic(rows=3000):
    dice = random.Random(5)
    yield "#EXTM3U\n"
    for _ in range(rows):
        tvg = dice.choice(["", "", f"ch{dice.randrange(rows)}.uk", f"CH{dice.randrange(rows // 3)}.us"])
        name = dice.choice(NAMES).format(dice.randrange(rows), dice.randrange(40), "☆" * dice.randrange(50))
        group, path = dice.choice(["UK | News", "Sport", ""]), dice.randrange(rows)
        yield f'#EXTINF:-1 tvg-id="{tvg}" group-title="{group}",{name}\nhttp://h.example/live/u/p/{path}.ts\n'


def refreshed(text, seed):
    """Rows gone, doubled, renamed, with other tvg ids and addresses, and every second time in another order."""
    dice, out = random.Random(seed), []
    head, *rows = text.split("#EXTINF")
    for row in rows:
        changed, what = row.rstrip() + "\n", dice.random()
        if what < 0.04:
            continue
        if what < 0.10:
            changed = re.sub(r'tvg-id="[^"]*"', f'tvg-id="new{dice.randrange(10**6)}.uk"', changed)
        elif what < 0.16:
            changed = re.sub(r'tvg-id="[^"]*"', 'tvg-id=""', changed)
        elif what < 0.24 and changed.count(",") == 1:
            changed = re.sub(r",[^\n]*\n", f",Changed {dice.randrange(3000)}\n", changed)
        elif what < 0.32:
            changed = re.sub(r"(https?://[^/\s]+)/\S*", rf"\1/p/{dice.randrange(5000)}.ts", changed)
        elif what < 0.36:
            out.append(changed)
            changed = changed.replace(".ts", "2.ts")
        out.append(changed)
    if seed % 2:
        dice.shuffle(out)
    return head + "".join(f"#EXTINF{row}" for row in out)


def served(root):
    sql = "SELECT ordinal, channel_id, name FROM served JOIN channel USING (generation) ORDER BY source, ordinal"
    with contextlib.closing(open_worker(root / "catalog.db", kind="catalog")) as db:
        return repr([tuple(row) for row in db.execute(sql)])


@pytest.mark.parametrize("name", RECORDED)
def test_ids_are_those_of_before(tmp_path, name):
    if name != "synthetic" and not DATA.is_dir():
        pytest.skip("shared data is not here")
    text = "".join(synthetic()) if name == "synthetic" else (DATA / name).read_text("utf-8")
    found = hashlib.sha256()
    for seed in range(REFRESHES):
        # The second source has what the first one had a refresh ago.
        for source in ("m3u-2", "m3u"):
            ingest(tmp_path, text, source=source, at=float(2 * seed + len(source)), accept_shrink=True)
            found.update(served(tmp_path).encode())
            text = refreshed(text, seed)
    assert found.hexdigest()[:16] == RECORDED[name]
