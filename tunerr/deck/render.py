"""Templates to pages."""

from __future__ import annotations

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from tunerr.deck import words


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
