"""What the documentation says is compared with the program."""

import inspect
import json
import os
import re
import tomllib
from itertools import chain
from pathlib import Path
from unittest.mock import MagicMock

import aiohttp
import pytest

from tests.unit.app.test_deck_routes import whole  # noqa: F401 - a fixture
from tunerr.actions.rules import checked_rules
from tunerr.app.runtime import runtime_report
from tunerr.catalog.rulings import check
from tunerr.cli.commands import COMMANDS
from tunerr.cli.options import DECLARED
from tunerr.errors import TuneError
from tunerr.gateway.bounds import Bounds, latest
from tunerr.lineup.override_document import EXAMPLES as CHANNEL_FIELDS
from tunerr.lineup.override_document import define_override
from tunerr.metrics import http as metrics_http
from tunerr.metrics.collector import Metrics
from tunerr.model.status import SourceState
from tunerr.outputs import calendar, health, m3u, reports, stream, xmltv
from tunerr.outputs.hdhr import http as hdhr
from tunerr.providers.definition import EXAMPLES as SOURCE_FIELDS
from tunerr.providers.definition import define
from tunerr.providers.entry import Reason
from tunerr.providers.verdicts import Status
from tunerr.storage.folder import DataFolder
from tunerr.support.causes import Cause
from tunerr.views.guide_reports import GuideReports
from tunerr.views.streams import stream_reports

ROOT = Path(__file__).parents[3]
# Tool caches, what the program writes, what isn't ours.
IGNORED = {".git", ".venv", "data", "dist", "node_modules", "__pycache__"}
CACHE = re.compile(r"\.[a-z_]+_cache|\.hypothesis|.*\.egg-info")
TEXT = {".md", ".py", ".toml", ".yml", ".sh", ".sql", ".html", ".css", ".js", ".example", ""}
PAGES = sorted((ROOT / "docs").rglob("*.md"))
MARKDOWN = [*PAGES, *sorted((ROOT / "memory-bank").glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]

every_markdown = pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def read(path):
    return (ROOT / path).read_text("utf-8")


def prose(text):
    """Text without blocks of code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def ours():
    """Text files of the project."""
    for folder, inside, names in os.walk(ROOT):
        inside[:] = [name for name in inside if name not in IGNORED and not CACHE.fullmatch(name)]
        for path in (Path(folder) / name for name in names):
            if path.suffix in TEXT and path.name not in {".env", ".coverage"}:
                yield path


def slug(heading):
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@every_markdown
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text("utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.is_file(), target
        assert linked.is_relative_to(ROOT), target
        if anchor:
            assert anchor in {slug(line) for line in re.findall(r"^#+ (.*)$", linked.read_text("utf-8"), re.MULTILINE)}


@every_page
def test_a_page_says_what_it_is(page):
    kinds = {"tutorials": "tutorial", "how-to": "how-to", "reference": "reference"}
    kinds |= {"explanations": "explanation", "adr": "adr", "docs": "index"}
    head = re.match(r"---\nid: (\S+)\ntype: (\S+)\nstatus: \S+\ntags: \[.+\]\n---\n\n# \S", page.read_text("utf-8"))
    assert head
    assert head[2] == kinds[page.parent.name]
    number = re.match(r"\d{4}", page.stem)
    assert head[1] == (f"adr-{number[0]}" if number else page.stem)


@pytest.mark.parametrize("index", ["docs/index.md", "docs/mkdocs.yml"])
def test_every_page_is_listed(index):
    listed = set(re.findall(r"[\w./-]+\.md", read(index)))
    expected = {str(page.relative_to(ROOT / "docs")) for page in PAGES}
    assert listed | {"index.md", "mkdocs.yml"} == expected | {"index.md", "mkdocs.yml"}


def test_every_decision_is_listed():
    listed = re.findall(r"\.\./docs/adr/([\w-]+)\.md", read("memory-bank/decisions.md"))
    assert listed == sorted(page.stem for page in (ROOT / "docs/adr").glob("*.md"))


def test_dependencies_are_explained():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    declared = chain(project["dependencies"], *project["optional-dependencies"].values())
    browser = json.loads(read("tunerr/deck/assets/package.json"))
    explained = re.findall(r"^\| `([\w.-]+)` \| \S", read("docs/explanations/dependencies.md"), re.MULTILINE)
    python = [re.match(r"[\w-]+", line)[0] for line in declared]
    assert sorted(explained) == sorted([*python, *browser["dependencies"], *browser["devDependencies"]])


def test_the_map_shows_what_exists():
    named = re.findall(r"`((?:tunerr|tests|docs|memory-bank|scripts|\.ci)/[^`<]*)`", read("memory-bank/repo_map.md"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
    packages = {f"tunerr/{path.parent.name}/" for path in (ROOT / "tunerr").glob("*/__init__.py")} | {
        "tunerr/app/deck/"
    }
    assert packages <= set(named)


def test_paths_named_in_decisions_and_explanations_exist():
    for page in chain(PAGES, (ROOT / "memory-bank").glob("*.md")):
        text = prose(page.read_text("utf-8"))
        for path in re.findall(r"`((?:tunerr|tests|memory-bank|docs|scripts)/[\w./-]*\w\.\w+)`", text):
            assert (ROOT / path).exists(), (page, path)


def plain(path):
    """A route's path with bare names in braces."""
    return re.sub(r"\{(\w+):(?:[^{}]|\{[^{}]*\})*\}", r"{\1}", path)


def routes_of(*faces):
    """(method, path) of the routes that faces register; their dependencies are of no interest here."""
    for face in faces:
        for route in face(**dict.fromkeys(inspect.signature(face).parameters, MagicMock())):
            yield route.method, plain(route.path)


def told():
    """All reports, with nothing behind them."""
    parts = dict.fromkeys(inspect.signature(GuideReports).parameters, MagicMock())
    table = {**stream_reports(MagicMock(), MagicMock()), **GuideReports(**parts).table()}
    return {**table, "/debug/runtime.json": runtime_report(MagicMock())}


def documented(heading):
    """(method, path) in the tables below a heading of the second level."""
    return sorted(re.findall(r"^\| (GET|POST|DELETE) \| `([^`]+)` \|", section(heading), re.MULTILINE))


def section(heading):
    """The text below a heading of the second level."""
    return read("docs/reference/http-endpoints.md").split(f"\n## {heading}")[1].split("\n## ")[0]


def test_the_tuner_s_routes_are_documented():
    faces = (hdhr.routes, stream.routes, xmltv.routes, m3u.routes, health.routes, metrics_http.routes, calendar.routes)
    reported = ((route.method, route.path) for route in reports.routes(reports=told()))
    assert documented("The tuner's port") == sorted((*routes_of(*faces), *reported))


def documented_pages():
    """Role by path of the deck's pages."""
    rows = re.findall(
        r"^\| `([^`]+)` \| (viewer|operator|admin) \| \S", section("The Control Deck's port"), re.MULTILINE
    )
    assert len(rows) == len(dict(rows))
    return dict(rows)


def as_json(path):
    """Where a page's view is."""
    return f"/api/v1{path if path != '/' else '/home'}"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_deck_s_routes_are_documented(whole):  # noqa: F811
    real = sorted((method, path) for method, path, _ in whole.paths() if method != "HEAD")
    pages = [("GET", place) for path in documented_pages() for place in (path, as_json(path))]
    assert sorted([*documented("The Control Deck's port"), *pages]) == real


@pytest.mark.asyncio(loop_scope="module")
async def test_the_deck_s_pages_are_for_whom_the_documentation_says(whole):  # noqa: F811
    for user, roles in (("vera", {"viewer"}), ("otto", {"viewer", "operator"})):
        secret = await whole.desk.tokens.make("docs", ["read"], None, who=user)
        async with aiohttp.ClientSession(whole.base, headers={"Authorization": f"Bearer {secret}"}) as program:
            for path, role in documented_pages().items():
                async with program.get(as_json(re.sub(r"\{\w+\}", "nothing", path))) as answer:
                    assert (answer.status != 403) is (role in roles), (user, path)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_deck_s_acts_are_documented(whole):  # noqa: F811
    secret = await whole.desk.tokens.make("acts", ["read"], None, who="vera")
    async with (
        aiohttp.ClientSession(whole.base, headers={"Authorization": f"Bearer {secret}"}) as program,
        program.get("/api/v1/acts") as answer,
    ):
        real = [(one["name"], one["area"], one["role"], one["about"]) for one in (await answer.json())["actions"]]
    table = section("The Control Deck's port").split("### Acts")[1].split("###")[0]
    rows = [tuple(line.strip("| ").split(" | ")) for line in table.splitlines() if line.startswith("| `")]
    assert [(name.strip("`"), area, role, about) for name, area, role, about in rows] == real


def test_commands_and_flags_are_documented():
    text = read("docs/reference/commands.md")
    headings = set(re.findall(r"^## ([a-z -]+)$", text, re.MULTILINE))
    commands = {f"{command.name} {act}".strip() for command in COMMANDS.values() for act in (command.acts or ("",))}
    assert headings == commands
    flags = re.findall(r"^\| `--([\w-]+)` \| `(\w+)` \|", text, re.MULTILINE)
    assert sorted(flags) == sorted((setting.flag, setting.env) for setting in DECLARED.values())


def test_fields_of_sources_and_channels_are_documented():
    text = read("docs/reference/sources.md")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^|]+)` \|", text, re.MULTILINE)
    assert {name for name, _ in rows} == SOURCE_FIELDS.keys() | CHANNEL_FIELDS.keys()
    for name, example in rows:
        tomllib.loads(f"{name} = {example}")
    sample = tomllib.loads(re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1])
    assert [define(name, document).type for name, document in sample["source"].items()] == ["xtream", "m3u", "xmltv"]
    for name, document in sample["channel"].items():
        define_override(name, document)
    for ruling in sample["identity"]:
        check({name: value for name, value in ruling.items() if name != "id"}, {})
    assert checked_rules(sample["rules"])


def test_error_codes_are_documented():
    text = read("docs/reference/error-codes.md")
    errors = TuneError.__subclasses__()
    assert len(errors) > 5
    for error in errors:
        assert f"| `{error.code} {error.text}` | {error.status} |" in text, error
    for state in SourceState:
        assert f"| `{state.value}` |" in text, state
    for reason in Reason:
        assert f"| {reason.value} |" in text, reason


def test_reasons_are_explained():
    source = "".join(path.read_text("utf-8") for path in (ROOT / "tunerr/gateway").rglob("*.py"))
    reasons = set(re.findall(r'reason="(\w+)"', source)) | {bound.reason for bound in latest(Bounds())}
    table = read("docs/how-to/find-out-why-a-stream-stuttered.md").split("## What the reasons mean")[1]
    named = {
        name for cell in re.findall(r"^\| ([^|]*`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    assert named == reasons


def test_the_causes_of_a_probe_are_explained():
    page = read("docs/how-to/interpret-probe-results.md")
    tables = {
        heading: re.findall(r"^\| `(\w+)` \| [^|]+ \|", page.split(heading)[1].split("\n## ")[0], re.MULTILINE)
        for heading in ("## The status", "## The causes")
    }
    assert tables["## The status"] == [status.value for status in Status]
    assert tables["## The causes"] == [cause.value for cause in Cause]


def test_the_bounds_of_the_detectors_are_documented():
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", read("docs/explanations/streams.md"), re.MULTILINE)
    bounds = latest(Bounds())
    assert [reason for reason, _ in rows] == [bound.reason for bound in bounds]
    for (reason, said), bound in zip(rows, bounds, strict=True):
        if "used up" not in said:
            assert f"{bound.seconds:.1f} s" in said, reason


def test_metrics_are_documented():
    metrics = Metrics(read=MagicMock())
    registered = set()
    for family in metrics.registry.collect():
        if family.name.startswith("iptv_tunerr_"):
            suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
            registered.add((family.name + suffix, family.type))
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", read("docs/reference/metrics.md"), re.MULTILINE)
    assert set(rows) == registered
    assert len(rows) == len(registered)


def test_the_data_folder_is_documented():
    folder = DataFolder(Path("root"))
    files = {getattr(folder, name).name for name in dir(DataFolder) if isinstance(getattr(DataFolder, name), property)}
    assert len(files) > 5
    rows = re.findall(r"^\| `([\w.<>-]+)` \|", read("docs/reference/data-folder.md"), re.MULTILINE)
    assert files <= set(rows)


def test_no_machine_s_paths():
    foreign = re.compile(r"(?<![\w.$})])/(?:home|Users|work|mnt|root)/\w+")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in ours()
        for match in foreign.finditer(path.read_text("utf-8"))
        # The root user's home inside the chroot that the script makes.
        if not (path.name == "clean-machine" and match[0].startswith("/root/")) and path != Path(__file__)
    ]
    assert found == []


def test_addresses_in_documents_and_samples_are_invented():
    """No account, no registry, no machine of anybody: placeholders, private addresses, and two standards."""
    good = re.compile(
        r"(?:[\w-]+\.)*example|localhost|127\.0\.0\.1|192\.168\.1\.\d+|<[\w ]+>|keepachangelog\.com|semver\.org"
    )
    for path in [*MARKDOWN, *ROOT.glob("*.example"), ROOT / "docs/mkdocs.yml"]:
        for host in re.findall(r"\b[a-z]+://(?:[^/\s@`]*@)?(<[^>]*>|[\w.-]+)", path.read_text("utf-8")):
            assert good.fullmatch(host), (path, host)
