import pytest

from tests.unit.guide.documents import Desk


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)
