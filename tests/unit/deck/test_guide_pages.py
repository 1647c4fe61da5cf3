"""The guide's templates with what providers send."""

import re
from datetime import timedelta
from html import escape
from importlib.resources import files
from zoneinfo import ZoneInfo

import orjson
import pytest
from lxml import html

from tests.tools.rendering import rendered
from tests.unit.views.guide_values import NOW, airing, health_of, lineup_of, row_of
from tests.unit.views.test_guide_repair import NOTHING, XMLTV, found, known, suggested
from tests.unit.views.test_guide_repair import view as repair
from tunerr.deck.navigation import Facts
from tunerr.deck.notice import Notice
from tunerr.deck.page import Level
from tunerr.deck.render import Renderer, json_answer
from tunerr.errors import ActionRefused
from tunerr.guide.lookup.highlights import Showing
from tunerr.guide.lookup.reader import Shown
from tunerr.guide.lookup.stored import Stored
from tunerr.guide.rows.programme import details_of
from tunerr.model.operator import Role, Visitor
from tunerr.model.status import SourceState, SourceStatus
from tunerr.views.guide_channel import channel_view, programme_view, search_view
from tunerr.views.guide_diagnosis import diagnosis_view
from tunerr.views.guide_examined import Examination
from tunerr.views.guide_grid import choose, grid_query, grid_view

ZONE = ZoneInfo("Europe/Berlin")
HOSTILE = "\u202e<script>alert(1)</script>\u200b\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
RENDERER = Renderer(asset=lambda name: f"/assets/0/{name}", has_asset=lambda _: False)
SETTING = {
    "visitor": Visitor("admin", Role.ADMIN),
    "level": Level.LAB,
    "zone": ZONE,
    "path": "/guide",
    "query": "",
    "prefix": "/deck",
    "csrf": "token",
    "notice": Notice(),
    "places": (),
    "facts": Facts(0, 0, 0),
    "zone_cookie_path": "/",
    "live": False,
}


def shown(template, view):
    """The page as a tree, after its JSON was made of the same view."""
    assert orjson.loads(json_answer(view).body)
    text = rendered(RENDERER, template, {**SETTING, "view": view})
    if 'id="live"' in text:
        assert rendered(RENDERER, template, {**SETTING, "view": view}, live=True).strip()
    return html.fromstring(text)


def grid(rows, *, health=None, state="ready", current=True, lineup=None, **query):
    """The page of rows: (channel of the lineup, its airings)."""
    lineup = lineup or lineup_of(0, *(row for row, _ in rows))
    wanted = grid_query(query, NOW, ZONE)
    chosen = choose(lineup, health, wanted)
    known = {row.channel.id: airings for row, airings in rows}
    some = [Shown(row, known.get(row.channel.id, [])) for row in chosen.rows]
    now = NOW + timedelta(minutes=17)
    return grid_view(wanted, chosen, some, health=health, state=state, current=current, now=now, zone=ZONE)


def words(element):
    return " ".join(element.text_content().split())


def assert_harmless(page):
    """No element or attribute came out of a text, and each text of a provider is isolated from what is around it."""
    scripts = page.xpath("//main//script")
    assert not scripts
    assert not page.xpath("//img[@onerror]")
    assert not page.xpath("//*[@style]")
    held = page.xpath("//main//*[text()[contains(., '\u202e')]]")
    assert held
    for element in held:
        # A box of its own (out of the flow, or in a grid) is a paragraph of its own, which nothing leaves.
        boxes = "ancestor-or-self::*[self::bdi or self::option or @class='unseen' or @class='chip']"
        assert element.xpath(boxes), html.tostring(element)
    assert "49" not in words(held[0])


def test_the_name_of_a_cell_says_title_start_end_and_channel():
    page = shown("guide.html", grid([(row_of(1), [airing(0, 45, "News"), airing(60, 120, "Film", more="<new/>")])]))
    cells = page.xpath("//table[@role='grid']/tbody/tr/td")
    assert [words(cell) for cell in cells] == [
        "News now, 28 min left, 14:00 to 14:45, 1 Channel 1",
        "no programme known, 14:45 to 15:00, 1 Channel 1",
        "Film new, 15:00 to 16:00, 1 Channel 1",
        "no programme known, 16:00 to 17:00, 1 Channel 1",
    ]
    assert [cell.get("colspan") for cell in cells] == ["9", "3", "12", "12"]
    assert cells[0].find("a").get("href") == f"/deck/guide/programme?channel=dna-{1:016x}&start={int(NOW.timestamp())}"
    assert [words(one) for one in page.xpath("//thead//time")] == ["14:00", "14:30", "15:00", "15:30", "16:00", "16:30"]
    assert page.xpath("//*[contains(@class, 'now-line n-3')]")


def test_hostile_texts_in_the_grid():
    row = row_of(1, HOSTILE)
    view = grid([(row, [airing(0, 60, HOSTILE, more=f"<sub-title>{escape(HOSTILE)}</sub-title>")])], q="")
    assert_harmless(shown("guide.html", view))


def test_hostile_texts_of_a_programme_and_a_channel():
    row = row_of(1, HOSTILE)
    more = "".join(f"<{tag}>{escape(HOSTILE)}</{tag}>" for tag in ("sub-title", "desc", "category", "date"))
    one = airing(0, 60, HOSTILE, more=more)
    assert_harmless(shown("guide_programme.html", programme_view(row, one, health_of(1), ZONE)))
    listed = {"source": "xmltv", "guide_id": HOSTILE, "names": HOSTILE, "programmes": 7}
    view = channel_view(
        Shown(row, [one]), day=NOW, health=health_of(1), examination=known(1, suggested(1, HOSTILE)), current=True,
        text=HOSTILE, found=[listed],
    )  # fmt: skip
    assert_harmless(shown("guide_channel.html", view))


def test_hostile_texts_in_search_repair_and_doctor():
    row = row_of(2, HOSTILE)
    one = airing(0, 60, HOSTILE)
    found_it = search_view(HOSTILE, [Showing(row, one, details_of(one.body))], NOW, ZONE, most=50)
    assert_harmless(shown("guide_search.html", found_it))
    examination = known(6, suggested(2, HOSTILE))
    view = repair(lineup_of(6, row), health_of(6), examination)
    assert_harmless(shown("guide_repair.html", view))
    doctor = diagnosis_view(examination, (), Stored((), 0, 0, 0), channels=6)
    assert_harmless(shown("guide_doctor.html", doctor))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("starting", "The channels are being read."),
        ("empty", "No channel is offered."),
        ("no_guide", "There is no guide source."),
        ("unmade", "The first guide is being made."),
    ],
)
def test_what_is_said_before_there_is_a_guide(state, said):
    page = shown("guide.html", grid([(row_of(1), [])], state=state))
    assert said in words(page)
    assert bool(page.xpath("//table")) is (state in {"no_guide", "unmade"})


def test_what_is_said_of_a_search_without_a_hit_and_a_guide_that_is_being_made():
    page = shown("guide.html", grid([(row_of(1), [])], current=False, q="nobody"))
    assert "No channel fits." in words(page)
    assert "The guide of your last change is being made." in words(page)


def test_one_act_accepts_what_the_page_shows_and_names_the_number():
    examination = known(14, suggested(2, "two.uk"), suggested(8, "eight & more"))
    view = repair(lineup_of(14), health_of(14), examination)
    page = shown("guide_repair.html", view)
    (form,) = page.xpath("//form[@action='/deck/act/guide-accept-many']")
    assert form.xpath("input[@name='pair']/@value") == [f"dna-{2:016x} two.uk", f"dna-{8:016x} eight & more"]
    assert form.xpath("input[@name='csrf']/@value") == ["token"]
    assert "Accept 2" in words(form)
    assert "Accept 2 suggestions of this page" in words(page)


@pytest.mark.parametrize(
    ("examination", "said"),
    [
        (NOTHING, "Not examined"),
        (Examination(None, running=True, failure=None), "The guides are being examined."),
        (Examination(None, running=False, failure=ActionRefused("It broke.", hint="Mend it.")), "It broke. Mend it."),
        (Examination(found(6), running=False, failure=None), "Examine again"),
    ],
)
def test_how_far_the_examination_is(examination, said):
    view = repair(lineup_of(6), health_of(6), examination)
    assert said in words(shown("guide_repair.html", view))
    status = SourceStatus(XMLTV, "guide", "http://guide.test", SourceState.OK, NOW, NOW)
    doctor = diagnosis_view(examination, (status,), Stored((), 0, 0, 0), channels=6)
    assert said in words(shown("guide_doctor.html", doctor))


def test_repair_before_there_is_a_guide():
    view = repair(None, None, NOTHING)
    assert "There is no guide yet." in words(shown("guide_repair.html", view))


def test_a_channel_without_programmes():
    view = channel_view(
        Shown(row_of(2), []), day=NOW, health=health_of(2), examination=NOTHING, current=True, text="zz", found=[]
    )
    page = words(shown("guide_channel.html", view))
    for said in ("It is in no guide.", "Nothing is known of today.", "No guide lists that.", "1 h earlier"):
        assert said in page


def test_nothing_to_search_and_nothing_found():
    assert "What are you looking for?" in words(shown("guide_search.html", search_view("", (), NOW, ZONE, most=50)))
    assert "Nothing was found." in words(shown("guide_search.html", search_view("x", (), NOW, ZONE, most=50)))
    refused = search_view("?", (), NOW, ZONE, most=50, problem="There is nothing to search for.", hint="Give a word.")
    page = words(shown("guide_search.html", refused))
    assert "There is nothing to search for." in page
    assert "Give a word." in page


def test_every_class_of_the_line_of_now_is_in_the_stylesheet():
    css = files("tunerr.deck").joinpath("assets/css/54-guide.css").read_text()
    assert {int(one) for one in re.findall(r"\.now-line\.n-(\d+) ", css)} == set(range(36))
