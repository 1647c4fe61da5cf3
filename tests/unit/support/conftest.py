import pytest

from tests.tools.world import pretended_zone
from tunerr.support.http import HttpClients


@pytest.fixture
async def clients():
    made = HttpClients(user_agent="Tunerr/test", zone_of=pretended_zone)
    yield made
    await made.aclose()
