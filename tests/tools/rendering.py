"""Templates of the deck as text, for tests that have no event loop of their own."""

import asyncio


def rendered(renderer, template, values, *, live=False):
    """A page, or its live part alone."""
    return asyncio.run(renderer.live(template, values) if live else renderer.page(template, values))
