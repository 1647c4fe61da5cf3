"""Views to answers: what is in a view is text, and JSON tells no more than the page."""

import enum
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
import pytest
from jinja2 import DictLoader, UndefinedError

from tunerr.deck.assets import Assets
from tunerr.deck.render import Renderer, json_answer, json_refusal
from tunerr.errors import ActionRefused
from tunerr.model.channel import ChannelId
from tunerr.model.url import SecretUrl


class Color(enum.Enum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class View:
    name: str
    at: datetime
    color: Color
    rows: tuple[int, ...]


@pytest.fixture(scope="module")
def assets():
    return Assets()


@pytest.fixture
async def renderer(assets):
    made = Renderer(asset=assets.url, has_asset=assets.has)
    yield made
    await made.aclose()


def with_templates(renderer, **templates):
    renderer._pages.loader = DictLoader({f"{name}.html": source for name, source in templates.items()})
    return renderer


async def test_what_comes_from_outside_is_text(renderer):
    shown = with_templates(
        renderer, one="<p title=\"{{ name }}\">{{ name }}</p>{{ _('%(name)s is here.', name=name) }}"
    )
    evil = "<b onclick='x'>\"&"
    text = await shown.page("one.html", {"name": evil})
    safe = "&lt;b onclick=&#39;x&#39;&gt;&#34;&amp;"
    assert text == f'<p title="{safe}">{safe}</p>{safe} is here.'


async def test_a_value_that_is_missing_is_a_fault_and_no_gap(renderer):
    with pytest.raises(UndefinedError):
        await with_templates(renderer, one="{{ view.nothing }}").page("one.html", {"view": {}})


async def test_files_have_the_address_of_their_content(renderer, assets):
    shown = with_templates(renderer, one="{{ asset_path('deck.css') }} {{ has_asset('vendor/none.js') }} {{ version }}")
    assert (await shown.page("one.html", {})).startswith(f"/assets/{assets.digest}/deck.css False ")


def test_every_template_can_be_compiled(renderer):
    names = renderer._pages.list_templates()
    assert len(names) > 30
    for name in names:
        renderer._pages.get_template(name)
        renderer._live.get_template(name)


def test_a_view_as_json_is_its_fields():
    view = View("ä<b>", datetime(2026, 11, 22, tzinfo=UTC), Color.RED, (1, 2))
    answer = json_answer(view)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert orjson.loads(answer.body) == {
        "name": "ä<b>", "at": "2026-11-22T00:00:00+00:00", "color": "red", "rows": [1, 2],
    }  # fmt: skip


def test_json_has_no_secret_of_an_address_and_sets_in_order():
    url = SecretUrl("http://user:hunter2@provider.test/get.php?password=hunter2")
    answer = json_answer({"url": url, "some": frozenset({"b", "a"}), "id": ChannelId("dna-1")}, 207)
    assert b"hunter2" not in answer.body
    assert orjson.loads(answer.body)["some"] == ["a", "b"]
    assert answer.status == 207


def test_a_refusal_as_json():
    answer = json_refusal(ActionRefused("Not so.", hint="Try another."))
    assert (answer.status, orjson.loads(answer.body)) == (409, {"error": "Not so.", "hint": "Try another."})
