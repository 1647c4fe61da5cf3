import pytest

from tests.tools.clock import ManualClock
from tunerr.actions.operators import Operators


@pytest.mark.parametrize(
    ("user", "password", "good"), [("admin", "fixed", True), ("admin", "x", False), ("x", "fixed", False)]
)
async def test_a_password_of_the_settings_needs_no_database(user, password, good):
    operators = Operators(state=None, clock=ManualClock(), audit=None, user="admin", fixed_password="fixed")
    assert await operators.verify(user, password) is good
    operators.close()
