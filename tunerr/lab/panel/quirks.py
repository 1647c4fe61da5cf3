"""The bad habits of real panels, each with what it does."""

from __future__ import annotations

import enum
from collections.abc import Mapping


class Quirk(enum.StrEnum):
    """A switch of the panel; any number of them may be on."""

    AUTH_STRING = enum.auto()
    EXP_NULL = enum.auto()
    EXP_ISO = enum.auto()
    MAX_CONNECTIONS_NULL = enum.auto()
    MAX_CONNECTIONS_NUMBER = enum.auto()
    FORMATS_OBJECT = enum.auto()
    FORMATS_NULL = enum.auto()
    IDS_AS_STRINGS = enum.auto()
    CATEGORY_INT = enum.auto()
    CATEGORY_NULL = enum.auto()
    EPG_ID_NULL = enum.auto()
    CONTROL_CHARACTERS = enum.auto()
    EMPTY_LIST_FOR_OBJECT = enum.auto()
    OBJECT_FOR_LIST = enum.auto()
    BASE64_EPG = enum.auto()
    HTML_200 = enum.auto()
    EMPTY_BODY = enum.auto()
    TEXT_REFUSAL = enum.auto()
    CUT_JSON = enum.auto()
    EMPTY_STREAMS = enum.auto()
    SLOW = enum.auto()
    SERVER_ERROR_500 = enum.auto()
    NO_GET_PHP = enum.auto()
    TOKEN_REDIRECT = enum.auto()
    ETAG = enum.auto()
    RATE_LIMITED_429 = enum.auto()
    CLOUDFLARE_PAGE = enum.auto()
    WRONG_CREDENTIALS = enum.auto()
    EXPIRED = enum.auto()
    BANNED = enum.auto()
    DISABLED = enum.auto()


QUIRKS: Mapping[Quirk, str] = {
    Quirk.AUTH_STRING: "`auth` is the text 1, not the number",
    Quirk.EXP_NULL: "`exp_date` is null: the account never expires, or the panel doesn't say",
    Quirk.EXP_ISO: "`exp_date` is a date as text, not Unix seconds",
    Quirk.MAX_CONNECTIONS_NULL: "`max_connections` is null",
    Quirk.MAX_CONNECTIONS_NUMBER: "`max_connections` is a number, not text",
    Quirk.FORMATS_OBJECT: "`allowed_output_formats` is an object with numbers as names",
    Quirk.FORMATS_NULL: "`allowed_output_formats` is null",
    Quirk.IDS_AS_STRINGS: "ids of streams, films and series are texts",
    Quirk.CATEGORY_INT: "`category_id` of rows is a number while that of categories is text",
    Quirk.CATEGORY_NULL: "`category_id` is null, `category_ids` has the category",
    Quirk.EPG_ID_NULL: "`epg_channel_id` is null everywhere",
    Quirk.CONTROL_CHARACTERS: "names hold control characters, unescaped in the JSON",
    Quirk.EMPTY_LIST_FOR_OBJECT: "where an object is empty an empty list comes: `info` and `episodes` of a series",
    Quirk.OBJECT_FOR_LIST: 'lists come as objects with numbers as names: {"0": {…}, "1": {…}}',
    Quirk.BASE64_EPG: "titles and descriptions of get_short_epg are base64",
    Quirk.HTML_200: "player_api.php answers 200 with a web page",
    Quirk.EMPTY_BODY: "player_api.php answers 200 with nothing",
    Quirk.TEXT_REFUSAL: "player_api.php answers 200 with the text INVALID_CREDENTIALS",
    Quirk.CUT_JSON: "lists of player_api.php end in the middle, as a whole answer",
    Quirk.EMPTY_STREAMS: "get_live_streams and get.php have no channel",
    Quirk.SLOW: "documents take five seconds",
    Quirk.SERVER_ERROR_500: "player_api.php answers 500",
    Quirk.NO_GET_PHP: "get.php is forbidden (403), as most panels have it now",
    Quirk.TOKEN_REDIRECT: "every request is sent to another host with a token (302)",
    Quirk.ETAG: "documents have an ETag and are not sent again while it holds",
    Quirk.RATE_LIMITED_429: "documents answer 429",
    Quirk.CLOUDFLARE_PAGE: "documents answer 403 with a page of Cloudflare",
    Quirk.WRONG_CREDENTIALS: 'player_api.php answers {"user_info": {"auth": 0}}, get.php 401',
    Quirk.EXPIRED: "the account has expired; lists are empty, streams refused",
    Quirk.BANNED: "the account is banned; lists are empty, streams refused",
    Quirk.DISABLED: "the account is disabled; lists are empty, streams refused",
}
"""What each switch does."""
