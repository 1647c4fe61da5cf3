import pytest

from tests.unit.actions.choices_rig import rig


@pytest.fixture
async def desk(tmp_path):
    async with rig(tmp_path) as made:
        yield made
