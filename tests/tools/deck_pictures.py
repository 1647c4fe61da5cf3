"""Pictures of every page of the deck for docs/images/deck, from the real program in an invented house.

python -m tests.tools.deck_pictures                 all pages: <page>-light.png, -dark.png and -phone.png
python -m tests.tools.deck_pictures home live       these pages
python -m tests.tools.deck_pictures --large --to /tmp/large    with a playlist of 50,000 channels
python -m tests.tools.deck_pictures --demo --to /tmp/demo      the demo, as a newcomer finds it
python -m tests.tools.deck_pictures --empty --to /tmp/empty    a playlist that can't be had
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from tests.tools.deck import browsing, operating
from tests.tools.house import furnished, lived_in, watched
from tests.tools.server import listens, start
from tests.tools.until import until
from tunerr.lab.bench.catalog import playlist

FOLDER = Path(__file__).parents[2] / "docs" / "images" / "deck"
LOOKS = {"light": {}, "dark": {"theme": "dark"}, "phone": {"phone": True}}
LARGE = 50_000

# Name, path, and for a page of one thing the start of the first link on that path that leads to such a page.
PAGES = (
    ("home", "/", ""),
    ("start", "/start", ""),
    ("live", "/live", ""),
    ("stream", "/live", "/live/"),
    ("activity", "/activity", ""),
    ("channels", "/channels", ""),
    ("channel", "/channels", "/channels/dna-"),
    ("groups", "/channels/groups", ""),
    ("order", "/channels/order", ""),
    ("preview", "/channels/preview", ""),
    ("guide", "/guide", ""),
    ("guide-channel", "/guide", "/guide/channel/"),
    ("guide-programme", "/guide", "/guide/programme"),
    ("guide-search", "/guide/search?q=news", ""),
    ("guide-repair", "/guide/repair", ""),
    ("guide-doctor", "/guide/doctor", ""),
    ("providers", "/providers", ""),
    ("provider", "/providers", "/providers/"),
    ("autopilot", "/autopilot", ""),
    ("diagnostics", "/diagnostics", ""),
    ("diagnostics-workflow", "/diagnostics", "/diagnostics/workflows/"),
    ("diagnostics-streams", "/diagnostics/streams", ""),
    ("diagnostics-logs", "/diagnostics/logs", ""),
    ("diagnostics-metrics", "/diagnostics/metrics", ""),
    ("diagnostics-audit", "/diagnostics/audit", ""),
    ("settings", "/settings", ""),
    ("settings-users", "/settings/users", ""),
    ("settings-tokens", "/settings/tokens", ""),
)


async def picture(tab, root, page, file):
    """Open a page and keep what is seen of it; False when there is none."""
    _, path, link = page
    answer = await tab.goto(root + path)
    if link:
        first = tab.locator(f'main a[href^="{link}"]').first
        if not await first.count():
            return False
        answer = await tab.goto(root + await first.get_attribute("href"))
    if answer.status != 200:
        return False
    await tab.wait_for_timeout(400)  # charts, and what comes live
    # Playwright hides the caret by a style in the page, which the CSP forbids.
    await tab.screenshot(path=file, caret="initial")
    return True


async def take(server, pages, folder):
    """All looks of these pages; the names of those that aren't there."""
    missing = []
    folder.mkdir(parents=True, exist_ok=True)
    for look, options in LOOKS.items():
        async with browsing(server, level="operator", forgive="status of 404", **options) as tab:
            missing += [
                f"{page[0]}-{look}"
                for page in pages
                if not await picture(tab, server.deck, page, folder / f"{page[0]}-{look}.png")
            ]
    return missing


@contextlib.asynccontextmanager
async def world(kind, work):
    """The program in that world, with those who watch."""
    async with contextlib.AsyncExitStack() as stack:
        if kind == "house":
            server = await stack.enter_async_context(furnished(work / "data"))
        else:
            urls = {"large": lambda: str(playlist(work / "large.m3u", LARGE)), "empty": lambda: "http://127.0.0.1:9/x"}
            env = {"IPTV_TUNERR_M3U_URL": urls[kind]()} if kind in urls else {}
            server = await asyncio.to_thread(start, work / "data", env=env)
            stack.callback(server.stop)
            await (listening(server) if kind == "empty" else server.ready(300))
        async with operating(server):
            pass  # the password is set
        if kind in ("house", "demo"):
            await stack.enter_async_context(watched(server))
        if kind == "house":
            await lived_in(server)
        yield server


async def listening(server):
    """Wait until the deck answers: a program without channels never is ready."""
    await until(lambda: listens(server.deck_port) and "code=" in server.log, deadline=60, what="the deck")


async def main(names, folder, kind):
    """Boot the program, take the pictures, and say what is missing."""
    pages = [page for page in PAGES if not names or page[0] in names]
    with tempfile.TemporaryDirectory(prefix="tunerr-pictures-") as scratch:
        async with world(kind, Path(scratch)) as server:
            missing = await take(server, pages, folder)
    taken = len(pages) * len(LOOKS) - len(missing)
    print(f"{taken} pictures in {folder}", *(f"No page for {name}" for name in missing), sep="\n")
    return 1 if missing else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *(page[0] for page in PAGES)], help=argparse.SUPPRESS)
    parser.add_argument("--to", type=Path, default=FOLDER)
    for other in ("large", "demo", "empty"):
        parser.add_argument(f"--{other}", dest="kind", action="store_const", const=other, default="house")
    asked = parser.parse_args()
    sys.exit(asyncio.run(main(asked.names, asked.to, asked.kind)))
