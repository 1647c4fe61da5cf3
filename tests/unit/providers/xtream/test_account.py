import json
from datetime import UTC, datetime

import pytest

from tunerr.errors import AccountRefused, NotAPanel
from tunerr.model.account import AccountStatus
from tunerr.providers.xtream.account import read_account, refusal

NOW = datetime(2026, 1, 1, tzinfo=UTC)
USER = {
    "auth": 1,
    "status": "Active",
    "exp_date": "1924905600",
    "is_trial": "0",
    "active_cons": "1",
    "max_connections": "2",
    "allowed_output_formats": ["m3u8", "ts"],
    "message": "Hi\u0007 there",
}


def read(server=None, **user):
    body = json.dumps({"user_info": {**USER, **user}, "server_info": server or {}})
    return read_account(body.encode(), source="xtream", asked_at=NOW)


def test_a_usual_answer():
    assert read() == AccountStatus(
        source="xtream",
        asked_at=NOW,
        status="active",
        expires=datetime(2030, 12, 31, tzinfo=UTC),
        max_connections=2,
        active_connections=1,
        message="Hi there",
        formats=("m3u8", "ts"),
    )


@pytest.mark.parametrize("auth", [1, "1", True, "true"])
def test_every_way_to_say_yes(auth):
    assert read(auth=auth).status == "active"


@pytest.mark.parametrize("auth", [0, "0", False, None, ""])
def test_every_way_to_say_no(auth):
    with pytest.raises(AccountRefused, match="password") as caught:
        read(auth=auth)
    assert "PROVIDER_USER" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "expires"),
    [
        (None, None),
        ("", None),
        (0, None),
        ("0", None),
        ("never", None),
        (1924905600, datetime(2030, 12, 31, tzinfo=UTC)),
        ("1924905600", datetime(2030, 12, 31, tzinfo=UTC)),
        ("2030-12-31T00:00:00Z", datetime(2030, 12, 31, tzinfo=UTC)),
        ("2030-12-31 01:00:00", datetime(2030, 12, 31, tzinfo=UTC)),
        ("2030-12-31", datetime(2030, 12, 30, 23, tzinfo=UTC)),
        (10**30, None),
        ([], None),
    ],
)
def test_expiry(said, expires):
    assert read({"timezone": "Europe/Berlin"}, exp_date=said).expires == expires


@pytest.mark.parametrize("zone", ["", None, "Nowhere/Land", "../../etc/passwd", 5])
def test_a_zone_that_is_none_is_utc(zone):
    assert read({"timezone": zone}, exp_date="2030-12-31").expires == datetime(2030, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "limit"), [("1", 1), (1, 1), (1.0, 1), (None, None), ("", None), ("0", None), (-1, None)]
)
def test_connections(said, limit):
    assert read(max_connections=said).max_connections == limit


@pytest.mark.parametrize(
    ("said", "formats"),
    [(["ts"], ("ts",)), ({"0": "m3u8", "2": "TS"}, ("m3u8", "ts")), (None, ()), ([], ()), ("m3u8,ts", ("m3u8", "ts"))],
)
def test_formats(said, formats):
    assert read(allowed_output_formats=said).formats == formats


def test_a_trial():
    assert read(is_trial="1").trial
    assert not read(is_trial=None).trial


@pytest.mark.parametrize(
    ("status", "cause", "words"),
    [
        ("Expired", "expired", "expired on 2030-12-31"),
        ("BANNED", "banned", "banned"),
        ("Disabled", "disabled", "disabled"),
    ],
)
def test_accounts_that_get_nothing(status, cause, words):
    refused = refusal(read(status=status))
    assert words in refused.message
    assert refused.cause == cause
    assert refused.hint


@pytest.mark.parametrize("status", ["Active", "Trial", "", None, "Whatever"])
def test_accounts_that_go_on(status):
    assert refusal(read(status=status)) is None


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b'{"user_info": [], "server_info": {}}'])
def test_a_panel_that_says_nothing_of_the_user_refuses_it(body):
    with pytest.raises(AccountRefused):
        read_account(body, source="x", asked_at=NOW)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", NotAPanel),
        (b"<html>", NotAPanel),
        (b'{"user_info": {"auth"', NotAPanel),
        (b'{"message": "maintenance"}', NotAPanel),
        (b"INVALID_CREDENTIALS", AccountRefused),
    ],
)
def test_what_is_no_account(body, error):
    with pytest.raises(error):
        read_account(body, source="x", asked_at=NOW)
