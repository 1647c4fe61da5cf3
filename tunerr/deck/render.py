"""Views to answers: templates to pages, plain data to JSON."""

from __future__ import annotations

import orjson
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from tunerr import __version__
from tunerr.deck import words
from tunerr.errors import TunerrError
from tunerr.views.problems import problem


class Renderer:
    """All templates, compiled when it is made: at start, so that no page holds the loop with it."""

    def __init__(self) -> None:
        environment = Environment(
            loader=PackageLoader("tunerr.deck"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.filters |= {
            "ago": words.ago,
            "lasting": words.lasting,
            "clock": words.clock,
            "exact": words.exact,
            "program": words.program,
        }
        environment.globals |= {
            "version": __version__,
            "verdicts": words.VERDICTS,
            "sources": words.SOURCES,
            "probes": words.PROBES,
            "streams": words.STREAMS,
            "happenings": words.HAPPENINGS,
        }
        self._templates = {name: environment.get_template(name) for name in environment.list_templates()}

    def page(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        """Render one page."""
        return web.Response(status=status, text=self._templates[template].render(values), content_type="text/html")


def json_answer(value: object, status: int = 200) -> web.Response:
    """Answer with JSON."""
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")


def json_refusal(error: TunerrError) -> web.Response:
    """Answer what was not done, or can't be said."""
    status, body = problem(error)
    return json_answer(body, status)
