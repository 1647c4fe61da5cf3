"""axe-core on a page that is open in Chromium."""

from importlib.resources import files

from tests.tools.clients import lacking

_AXE = files("tunerr.deck").joinpath("assets", ".dev", "axe.min.js")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SERIOUS = ("serious", "critical")


async def findings(tab, impacts=_SERIOUS):
    """What axe-core objects to in the page as it is now: a line for each element."""
    if not _AXE.is_file():
        lacking("axe-core is not installed; run pip install -e .[dev] where npm's registry can be reached")
    if not await tab.evaluate("'axe' in window"):
        await tab.evaluate(_AXE.read_text())
    # Without `preload`, which would put stylesheets into the page against its CSP.
    report = await tab.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations'], preload: false})", _RULES
    )
    return [
        f"{broken['id']} ({broken['impact']}): {broken['help']}: {node['html'][:200]} {_why(node)}"
        for broken in report["violations"]
        if broken["impact"] in impacts
        for node in broken["nodes"]
    ]


def _why(node):
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])
