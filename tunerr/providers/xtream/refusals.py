"""Answers of a panel that are no list: what they mean, and what the operator can do. Pure."""

from __future__ import annotations

import re

from tunerr.errors import AccountRefused, ContentError, NotAPanel
from tunerr.providers.xtream.values import Object, flag

_TAG = re.compile(r"<[a-z!?/]", re.IGNORECASE)
_LOGIN = re.compile(r"invalid|incorrect|wrong|denied|unauthori[sz]ed|auth|credential|password", re.IGNORECASE)
_CLOUDFLARE = re.compile(r"cloudflare|cf-ray|cf-browser|just a moment", re.IGNORECASE)
_NOTICE = re.compile(r"(?:fatal error|warning|notice|deprecated)\b.* on line", re.IGNORECASE | re.DOTALL)

SHOWN = 4096
"""So many characters of a wrong answer are enough for `no_list`."""

CHECK_LOGIN = "Check the user name and password (IPTV_TUNERR_PROVIDER_USER and _PASS); they are case-sensitive."
_CHECK_ADDRESS = "Open the panel's address in a browser; ask the provider for its present one."


def wrong_login() -> AccountRefused:
    """Return the error for a login that the panel does not know."""
    return AccountRefused("The panel refuses the user name or the password.", hint=CHECK_LOGIN)


def no_list(start: str) -> ContentError:
    """Return the error for an answer that is no JSON, by its first SHOWN characters."""
    said = start.strip()
    if not said:
        return NotAPanel(
            "The panel's answer is empty.", hint="It is asked again soon; if that stays, ask the provider."
        )
    if _CLOUDFLARE.search(said):
        return NotAPanel(
            "A page of Cloudflare came in place of the panel's answer.",
            hint="Use another host of the provider, or the User-Agent of a player that it lets through.",
        )
    if _NOTICE.search(said):
        return NotAPanel("The panel's program failed and sent its error message.", hint="It is asked again soon.")
    if _TAG.match(said):
        return NotAPanel("The panel answered with a web page, not with data.", hint=_CHECK_ADDRESS)
    if _LOGIN.search(said[:200]):
        return wrong_login()
    return NotAPanel("The panel answered with text, not with data.", hint=_CHECK_ADDRESS)


def account_instead(user_info: Object) -> ContentError:
    """Return the error for an answer that describes the account where a list was asked for."""
    if "auth" in user_info and not flag(user_info["auth"]):
        return wrong_login()
    return NotAPanel(
        "The panel answered with the account in place of the list.", hint="It may not offer this; ask the provider."
    )


def error_instead() -> ContentError:
    """Return the error for an object that says something else than rows."""
    return NotAPanel("The panel answered with a message in place of the list.", hint="Ask the provider what is wrong.")


def damaged() -> ContentError:
    """Return the error for JSON that can't be read."""
    return NotAPanel("The panel's answer is damaged: it is no JSON.", hint="It is asked again at the next refresh.")
