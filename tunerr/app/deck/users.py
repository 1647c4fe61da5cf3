"""Users, API tokens and the own password, in the deck."""

from __future__ import annotations

from tunerr.app.core import Core
from tunerr.deck.operations import Fields, Operation
from tunerr.deck.page import Asked, Page
from tunerr.errors import ActionRefused
from tunerr.model.operator import Role
from tunerr.views.users import TokensView, UsersView, tokens_view, users_view


def users_pages(core: Core) -> tuple[Page, ...]:
    """The page of users, for administrators, and that of tokens and the own password, for everybody."""
    desk = core.desk

    async def users(asked: Asked) -> UsersView:
        return users_view(desk.operators.all(), desk.tokens.all(), asked.visitor)

    async def tokens(asked: Asked) -> TokensView:
        me = asked.visitor.name
        return tokens_view(
            desk.tokens.all(),
            asked.visitor,
            now=desk.clock.now(),
            person=desk.operators.role_of(me) is not None,
            password_elsewhere=desk.operators.fixed and me == desk.operators.user,
        )

    return (
        Page("/settings/users", "users.html", users, role=Role.ADMIN),
        Page("/settings/tokens", "tokens.html", tokens),
    )


def users_operations(core: Core) -> dict[str, Operation]:
    """What the forms of both pages do."""
    return {**_on_users(core), **_on_own_account(core)}


def _on_users(core: Core) -> dict[str, Operation]:
    users = core.desk.users

    async def add(who: str, fields: Fields) -> str:
        return await users.add(fields.get("user", "").strip(), _role(fields), _new_password(fields), who=who)

    async def change_role(who: str, fields: Fields) -> str:
        return await users.change_role(fields.get("user", ""), _role(fields), who=who)

    async def set_password(who: str, fields: Fields) -> str:
        return await users.set_password(fields.get("user", ""), _new_password(fields), who=who)

    async def remove(who: str, fields: Fields) -> str:
        return await users.remove(fields.get("user", ""), who=who)

    return {
        "user-add": Operation("Let `user` log in, with `role` and `password`.", add, "users", Role.ADMIN),
        "user-role": Operation("Give `user` another `role`; the sessions end.", change_role, "users", Role.ADMIN),
        "user-password": Operation(
            "Give `user` another `password`; the sessions end.", set_password, "users", Role.ADMIN
        ),
        "user-remove": Operation("Have `user` log in no more; sessions and tokens end.", remove, "users", Role.ADMIN),
    }


def _on_own_account(core: Core) -> dict[str, Operation]:
    desk = core.desk

    async def own_password(who: str, fields: Fields) -> str:
        return await desk.users.change_own(fields.get("old", ""), _new_password(fields), who=who)

    async def make(who: str, fields: Fields) -> str:
        name = fields.get("name", "")
        secret = await desk.tokens.make(name, fields.getall("scope", []), _days(fields), who=who)
        return f"The token {name.strip()} is {secret}. Copy it now: it is shown this once, and not kept."

    async def revoke(who: str, fields: Fields) -> str:
        given = fields.get("token", "")
        if not given.isascii() or not given.isdigit():
            raise ActionRefused("There is no such token.", hint="Reload the page of tokens.")
        return await desk.tokens.revoke(int(given[:18]), who=who)

    return {
        "own-password": Operation(
            "Change the own password from `old` to `password`; the own sessions end.",
            own_password,
            "users",
            Role.VIEWER,
        ),
        "token-make": Operation(
            "Make a token with `name`, one or more `scope`, and `days` that it holds; without days it holds for ever.",
            make,
            "users",
            Role.VIEWER,
        ),
        "token-revoke": Operation("End the token of the number `token`.", revoke, "users", Role.VIEWER),
    }


def _role(fields: Fields) -> Role:
    try:
        return Role[fields.get("role", "").upper()]
    except KeyError:
        names = ", ".join(role.name.lower() for role in Role)
        raise ActionRefused("There is no such role.", hint=f"The roles are: {names}.") from None


def _new_password(fields: Fields) -> str:
    password = fields.get("password", "")
    if password != fields.get("again", password):
        raise ActionRefused("The two passwords differ.", hint="Nothing was changed.")
    return password


def _days(fields: Fields) -> int | None:
    given = fields.get("days", "").strip()
    if not given:
        return None
    if not given.isascii() or not given.isdigit():
        raise ActionRefused("The days are a whole number, or nothing for ever.")
    return int(given[:18])
