"""Users and tokens on a real state.db: who may log in, and what ends when."""

import asyncio
import time

import pytest
from argon2 import PasswordHasher

from tests.tools.clock import ManualClock
from tests.tools.until import until
from tunerr.actions.audit import Audit
from tunerr.actions.operators import OneTimeCode, Operators
from tunerr.actions.passwords import Passwords
from tunerr.actions.tokens import PREFIX, Tokens
from tunerr.actions.users import Users
from tunerr.deck.throttle import FAILURES, WINDOW_S, Throttle
from tunerr.errors import ActionRefused
from tunerr.model.operator import ApiToken, Role, person_behind
from tunerr.storage.connection import open_server, select

GOOD = "correct horse"


class Household:
    """One state.db and everything about users on it; `ended` are the sessions that were ended, by user."""

    def __init__(self, state, clock, fixed=None, user="admin"):
        audit = Audit(state=state, clock=clock)
        self.state, self.clock, self.ended, self.code = state, clock, [], OneTimeCode()
        self.operators = Operators(state=state, clock=clock, audit=audit, user=user, fixed_password=fixed)
        self.operators.close()
        self.operators.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.tokens = Tokens(state=state, clock=clock, audit=audit, role_of=self.operators.role_of)
        self.users = Users(
            operators=self.operators,
            tokens=self.tokens,
            audit=audit,
            guesses=Throttle(clock=clock),
            end_sessions=lambda name, _why: self.ended.append(name),
        )

    async def load(self):
        await self.operators.load()
        await self.tokens.load()
        return self

    async def close(self):
        self.operators.close()
        await self.tokens.aclose()


@pytest.fixture
async def started(tmp_path):
    """Start a household on the same database as the one before."""
    state = await open_server(tmp_path / "state.db", kind="state")
    clock, made = ManualClock(), []

    async def start(**options):
        made.append(await Household(state, clock, **options).load())
        return made[-1]

    yield start
    for one in made:
        await one.close()
    await state.close()


@pytest.fixture
async def house(started):
    house = await started()
    await house.operators.set_password(house.code, house.code.renew(), GOOD)
    return house


async def test_what_was_done_is_there_after_a_restart(house, started):
    assert await house.users.add("otto", Role.OPERATOR, GOOD, who="admin") == "otto may log in now, as operator."
    await house.users.change_role("otto", Role.VIEWER, who="admin")
    secret = await house.tokens.make("hall", ["read"], None, who="otto")
    again = await started()
    assert again.operators.role_of("otto") == Role.VIEWER
    assert await again.operators.verify("otto", GOOD)
    assert await again.operators.verify("admin", GOOD)
    assert not await again.operators.verify("otto", GOOD + "x")
    assert not await again.operators.verify("nobody", GOOD)
    assert again.tokens.find(secret).owner == "otto"
    rows = await select(house.state, "SELECT who, act, subject FROM audit ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("admin", "set-password", "admin"),
        ("admin", "user-add", "otto"),
        ("admin", "user-role", "otto"),
        ("otto", "token-make", "hall"),
    ]


async def test_no_secret_is_stored_or_written_down(house, tmp_path, capsys):
    secret = await house.tokens.make("hall", ["read"], None, who="admin")
    await house.users.add("otto", Role.OPERATOR, "a quite special one", who="admin")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.startswith(PREFIX)
    for hidden in (secret, "a quite special one", GOOD):
        assert hidden.encode() not in stored
        assert hidden not in capsys.readouterr().out


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a:b", "-a", "ä", "a" * 65, "<b>", "a/b", "a\n", "admin", "ADMIN", "otto", "Otto", "a(b)"]
)
async def test_names_that_can_not_be_taken(house, name):
    await house.users.add("otto", Role.OPERATOR, GOOD, who="admin")
    with pytest.raises(ActionRefused):
        await house.users.add(name, Role.VIEWER, GOOD, who="admin")


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
async def test_passwords_that_can_not_be_taken(house, password):
    await house.users.add("otto", Role.OPERATOR, GOOD, who="admin")
    for act in (
        house.users.add("vera", Role.VIEWER, password, who="admin"),
        house.users.set_password("otto", password, who="admin"),
        house.users.change_own(GOOD, password, who="otto"),
    ):
        with pytest.raises(ActionRefused, match="8 to 256"):
            await act
    assert house.ended == []


async def test_the_settings_user_is_left_alone(house):
    await house.users.add("anna", Role.ADMIN, GOOD, who="admin")
    for act in (
        house.users.change_role("admin", Role.VIEWER, who="anna"),
        house.users.set_password("admin", GOOD, who="anna"),
        house.users.remove("admin", who="anna"),
        house.users.remove("anna", who="anna"),
        house.users.remove("anna", who="anna (token x)"),
        house.users.set_password("anna", GOOD, who="anna (token x)"),
        house.users.remove("nobody", who="anna"),
        house.users.change_role("anna", Role.ADMIN, who="admin"),
    ):
        with pytest.raises(ActionRefused):
            await act
    assert house.ended == []


async def test_the_last_administrator_who_can_log_in_stays(house, started):
    await house.users.add("anna", Role.ADMIN, GOOD, who="admin")
    await house.operators.forget("admin")
    moved = await started(user="boss")  # the settings name somebody who has no password
    assert moved.operators.password_is_set()
    for act in (
        moved.users.change_role("anna", Role.OPERATOR, who="boss"),
        moved.users.remove("anna", who="boss"),
    ):
        with pytest.raises(ActionRefused, match="last administrator"):
            await act
    await moved.operators.set_password(moved.code, moved.code.renew(), GOOD)
    await moved.users.remove("anna", who="boss")


async def test_two_administrators_do_not_remove_each_other_at_once(house, started):
    await house.operators.forget("admin")
    moved = await started(user="boss")
    for name in ("anna", "anton"):
        await moved.users.add(name, Role.ADMIN, GOOD, who="boss")
    results = await asyncio.gather(
        moved.users.remove("anna", who="anton"), moved.users.remove("anton", who="anna"), return_exceptions=True
    )
    assert [isinstance(result, ActionRefused) for result in results] == [False, True]


async def test_the_own_password_takes_the_old_one(house):
    await house.users.add("otto", Role.VIEWER, GOOD, who="admin")
    with pytest.raises(ActionRefused, match="old password is wrong"):
        await house.users.change_own("guess one", "another one", who="otto")
    await house.users.change_own(GOOD, "another one", who="otto")
    assert house.ended == ["otto"]
    assert await house.operators.verify("otto", "another one")
    assert not await house.operators.verify("otto", GOOD)
    with pytest.raises(ActionRefused, match="Only a person"):
        await house.users.change_own("another one", GOOD, who="otto (token x)")


async def test_the_old_password_can_not_be_guessed_for_long_also_at_once(house):
    guesses = [house.users.change_own(f"guess {n}", GOOD, who="admin") for n in range(2 * FAILURES)]
    refused = [str(one) for one in await asyncio.gather(*guesses, return_exceptions=True)]
    assert sum("Too many" in one for one in refused) == FAILURES
    with pytest.raises(ActionRefused, match="Too many"):
        await house.users.change_own(GOOD, "another one", who="admin")
    house.clock.advance(WINDOW_S + 1)
    await house.users.change_own(GOOD, "another one", who="admin")


async def test_a_password_of_the_settings_wins_and_the_others_go_on(house, started):
    await house.users.add("otto", Role.VIEWER, GOOD, who="admin")
    fixed = await started(fixed="of the settings")
    assert await fixed.operators.verify("admin", "of the settings")
    assert not await fixed.operators.verify("admin", GOOD)
    assert await fixed.operators.verify("otto", GOOD)
    assert not await fixed.operators.verify("otto", "of the settings")
    with pytest.raises(ActionRefused, match="IPTV_TUNERR_WEBUI_PASS"):
        await fixed.users.change_own("of the settings", GOOD, who="admin")


async def test_a_wrong_name_takes_as_long_as_a_wrong_password(house, started):
    """With the real costs; one thread works them off one by one."""
    fixed = await started(fixed="of the settings")
    await fixed.users.add("otto", Role.VIEWER, GOOD, who="admin")
    fixed.operators.close()
    fixed.operators.passwords = Passwords()
    await fixed.operators.keep("otto", password_hash=await fixed.operators.passwords.hashed(GOOD))

    async def seconds(user):
        began = time.process_time()  # of all threads: what others do on this machine doesn't count
        assert not await fixed.operators.verify(user, "wrong password")
        return time.process_time() - began

    taken = {user: min([await seconds(user) for _ in range(3)]) for user in ("otto", "nobody", "admin")}
    assert max(taken.values()) < 2 * min(taken.values()), taken


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [("", ["read"], None), ("a", [], None), ("a", ["all"], None), ("a", ["read", "x"], 1), ("a", ["read"], 0),
     ("a", ["read"], 3651), ("a\nb", ["read"], 1), ("a(b", ["read"], 1), ("x" * 65, ["read"], 1)],
)  # fmt: skip
async def test_tokens_that_can_not_be_made(house, name, scopes, days):
    with pytest.raises(ActionRefused):
        await house.tokens.make(name, scopes, days, who="admin")
    assert house.tokens.all() == ()


async def test_a_token_makes_no_token_and_ends_only_its_owners(house):
    await house.users.add("otto", Role.OPERATOR, GOOD, who="admin")
    await house.tokens.make("a", ["users"], None, who="otto")
    await house.tokens.make("b", ["read"], None, who="admin")
    with pytest.raises(ActionRefused, match="Only a person"):
        await house.tokens.make("c", ["read"], None, who="otto (token a)")
    otto, admin = (token.id for token in house.tokens.all())
    with pytest.raises(ActionRefused, match="no such token"):
        await house.tokens.revoke(admin, who="otto")
    await house.tokens.revoke(otto, who="otto (token a)")
    with pytest.raises(ActionRefused, match="already"):
        await house.tokens.make("b", ["read"], None, who="admin")
    await house.tokens.make("a", ["read"], None, who="otto")
    assert [token.id for token in house.tokens.all()] == [2, 3], "a number was given twice"


async def test_when_a_token_was_used_is_stored_once_a_minute(house):
    secret = await house.tokens.make("hall", ["read"], None, who="admin")

    async def stored():
        return (await select(house.state, "SELECT last_used_at FROM api_token"))[0][0]

    before = await select(house.state, "SELECT total_changes()")
    for _ in range(20):
        house.tokens.find(secret)
    first = house.clock.now().timestamp()

    async def noted():
        return await stored() == first

    await until(noted)
    house.clock.advance(59)
    house.tokens.find(secret)
    await house.tokens.aclose()
    after = await select(house.state, "SELECT total_changes()")
    assert after[0][0] - before[0][0] == 1
    house.clock.advance(1)
    house.tokens.find(secret)
    await house.tokens.aclose()
    assert await stored() == first + 60


def test_who_is_behind_a_token():
    token = ApiToken(1, "hall", "otto", frozenset(), ManualClock().now())
    assert token.who == "otto (token hall)"
    assert person_behind(token.who) == "otto"
    assert person_behind("otto") == "otto"
