import tomllib

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.errors import ActionRefused
from tunerr.model.channel import SourceId
from tunerr.model.source import Programmes, Source
from tunerr.model.url import SecretUrl
from tunerr.providers.definition import EXAMPLES, TYPES, combine, define, read_definitions
from tunerr.providers.secrets import PLACEHOLDER

PANEL = {"type": "xtream", "hosts": ["http://p.example:8080/"], "username": "al@ice", "password": "p&q"}
M3U = {"type": "m3u", "url": "http://m.example/get.php?username=u&password=hunter2"}


def refusal(document, name="home"):
    with pytest.raises(ActionRefused) as caught:
        define(name, document)
    return str(caught.value)


def test_a_playlist_with_everything():
    (source,) = define(
        "home",
        M3U
        | {
            "user_agent": "VLC/3",
            "headers": {"referer": "http://r/", "X-Key": "k"},
            "cookies": "a=1",
            "proxy": "socks5://u:p@10.0.0.1:1080",
            "timeout": "90s",
            "interval": "1h30m",
            "allow_lan": True,
            "country": "NL",
            "max_streams": 2,
        },
    ).sources("home")
    assert (source.id, source.kind, source.location.reveal()) == ("home", "playlist", M3U["url"])
    assert (source.timeout, source.interval, source.allow_lan) == (90.0, 5400.0, True)
    assert (source.country, source.max_streams, source.origin, source.panel) == ("nl", 2, "operator", None)
    assert dict(source.access.headers) == {"Referer": "http://r/", "x-key": "k", "User-Agent": "VLC/3", "Cookie": "a=1"}
    assert source.access.proxy.reveal() == "socks5://u:p@10.0.0.1:1080"


def test_a_panel_gives_channels_and_guide():
    channels, guide = define("home", PANEL | {"headers": {"Referer": "http://r/"}}).sources("home")
    assert channels.location.reveal() == (
        "http://p.example:8080/get.php?username=al%40ice&password=p%26q&type=m3u_plus&output=ts"
    )
    assert (guide.id, guide.kind, guide.access) == ("home-guide", "guide", channels.access)
    assert guide.location.reveal() == "http://p.example:8080/xmltv.php?username=al%40ice&password=p%26q"
    assert (channels.panel.user, channels.panel.vod, channels.panel.hosts[0].reveal()) == (
        "al@ice",
        True,
        "http://p.example:8080",
    )
    (alone,) = define("home", PANEL | {"guide": False, "vod": False, "output": "m3u8"}).sources("home")
    assert (alone.panel.vod, alone.panel.output) == (False, "m3u8")
    assert "output=m3u8" in alone.location.reveal()


def test_a_guide_and_files():
    (guide,) = define("tv", {"type": "xmltv", "url": "/srv/my guide.xml"}).sources("tv")
    assert (guide.kind, guide.location.reveal(), guide.timeout) == ("guide", "file:///srv/my%20guide.xml", 45.0)


def test_guides_say_how_their_times_are_moved_and_what_is_asked_for():
    (guide,) = define("tv", {"type": "xmltv", "url": "http://g/x", "shift": "-1.5"}).sources("tv")
    assert guide.programmes == Programmes(shift="-1.5")
    window = "from={from_ymd}"
    (guide,) = define("tv", {"type": "xmltv", "url": "http://g/x", "window": window}).sources("tv")
    assert guide.programmes == Programmes(suffix=window, incremental=True)
    panel = PANEL | {"shift": "Europe/Berlin", "window": window, "short_guide": True}
    channels, guide, short = define("home", panel).sources("home")
    assert guide.programmes == Programmes(channels.id, "Europe/Berlin", window, incremental=True)
    assert (short.id, short.timeout, short.panel) == ("home-short", 5.0, None)
    assert short.programmes == Programmes(channels.id, "Europe/Berlin", short=True)
    assert short.location.reveal().endswith("&action=get_short_epg")
    device = {"type": "hdhr", "url": "http://10.0.0.9", "guide": True, "shift": "+1"}
    channels, guide = define("box", device).sources("box")
    assert guide.programmes == Programmes(channels.id, "+1")


def test_a_playlist_s_own_guides_can_be_left_out():
    assert define("home", M3U).sources("home")[0].named_guides
    assert not define("home", M3U | {"named_guides": False}).sources("home")[0].named_guides


def test_what_panels_say_of_channels_comes_after_all_guides():
    guide = {"type": "xmltv", "url": "http://g/x", "priority": -5}
    sources, _ = combine((), {"a": define("a", PANEL | {"short_guide": True}), "tv": define("tv", guide)})
    assert [source.id for source in sources] == ["a", "a-guide", "tv", "a-short"]


def test_an_interval_of_nothing_is_never_and_none_the_general_one():
    assert define("home", M3U | {"interval": 0}).sources("home")[0].interval == 0.0
    assert define("home", M3U).sources("home")[0].interval is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": None}, "type: it is missing"),
        ({"type": "m4u"}, "type: it is none of m3u, xtream, hdhr, xmltv"),
        ({"url": "list.m3u"}, "url: it is neither an http or https URL nor an absolute path"),
        ({"url": "ftp://a/b"}, "url: The value is neither an http"),
        ({"user_agnet": "x"}, "user_agnet: there is no such field; the nearest is user_agent."),
        ({"zzz": 1}, "zzz: there is no such field."),
        ({"password": "x"}, "password: only sources of type xtream have it."),
        ({"enabled": "yes"}, "enabled: "),
        ({"priority": 1.5}, "priority: "),
        ({"timeout": "0"}, "timeout: 0 is too short"),
        ({"interval": "often"}, "interval: 'often' is no duration"),
        ({"interval": True}, "interval: "),
        ({"country": "Holland"}, "country: it is no country code"),
        ({"max_streams": 0}, "max_streams: "),
        ({"headers": {"Host": "h"}}, "headers: 'Host' is no header that a source may set"),
        ({"headers": {"Referer": "a\r\nHost: b"}}, "headers: "),
        ({"headers": {"Referer": "a", "referrer": "b"}}, "headers: 'referrer' is there twice"),
        ({"cookies": ""}, "cookies: it is empty"),
        ({"proxy": "ftp://p"}, "proxy: it is no URL"),
        ({"shift": "+1"}, "shift: only sources of type xtream and hdhr and xmltv have it."),
        ({"type": "xmltv", "shift": "an hour"}, "shift: 'an hour' is neither hours such as +1"),
        ({"type": "xmltv", "window": "a={b}"}, "window: {b} is none of {from_unix}"),
        ({"name": "a\nb"}, "name: "),
        ({"url": f"{PLACEHOLDER} http://m.example/…"}, "stands for a secret that was left out"),
    ],
)
def test_nonsense_is_refused_with_field_problem_and_example(change, said):
    document = {name: value for name, value in (M3U | change).items() if value is not None}
    text = refusal(document)
    assert text.startswith("Source home: ")
    assert said in text
    assert "Example: " in text or "has these fields" in text


def test_every_problem_is_named_and_no_secret():
    text = refusal(PANEL | {"hosts": ["http://p/get.php?username=u&password=hunter2"], "password": 7, "zap": 1})
    assert "hosts: it is not the address of a panel" in text
    assert "password: " in text
    assert "zap: " in text
    assert "hunter2" not in text
    assert "username: it is missing" in refusal({"type": "xtream", "hosts": ["http://p"], "password": "x"})


@pytest.mark.parametrize("name", ["", "Home", "a b", "../x", "x" * 41])
def test_an_id_is_fit_for_file_names(name):
    assert "can't name a source" in refusal(M3U, name)
    assert "can't name a source" in refusal(PANEL, "x" * 40)


def test_what_is_shown_has_no_secret():
    shown = define(
        "home", PANEL | {"cookies": "sid=1", "headers": {"Authorization": "Basic x"}, "proxy": "http://u:p@x:1"}
    )
    assert shown.redacted() == {
        "type": "xtream",
        "hosts": ["http://p.example:8080"],
        "username": PLACEHOLDER,
        "password": PLACEHOLDER,
        "cookies": PLACEHOLDER,
        "headers": {"Authorization": PLACEHOLDER},
        "proxy": f"{PLACEHOLDER} http://x:1",
    }
    assert define("home", M3U).redacted()["url"] == f"{PLACEHOLDER} http://m.example/get.php?…"
    for secret in ("p&q", "al@ice", "sid=1", "Basic", "u:p"):
        assert secret not in repr(shown)


@pytest.mark.parametrize("form", TYPES)
def test_the_examples_are_good(form):
    fields = TYPES[form].model_fields
    assert fields.keys() <= EXAMPLES.keys()
    text = "\n".join(f"{field} = {EXAMPLES[field]}" for field in fields if field != "type")
    definition = define("home", tomllib.loads(text) | {"type": form})
    # The example of `guide` is what a device has anyway.
    assert fields.keys() - definition.document().keys() == ({"guide"} if form == "hdhr" else set())


fields = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text("abc äß", max_size=10),
        "enabled": st.booleans(),
        "priority": st.integers(-1000, 1000),
        "user_agent": st.text("abc/1. ", min_size=1),
        "headers": st.dictionaries(st.sampled_from(["Referer", "Origin", "x-a"]), st.text("ab1", min_size=1)),
        "timeout": st.sampled_from(["3m", 90, 1.5, "1h30m"]),
        "interval": st.sampled_from(["6h", 0, "0"]),
        "allow_lan": st.booleans(),
    },
)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(st.sampled_from([M3U, PANEL, {"type": "xmltv", "url": "/g.xml"}]), fields)
def test_what_is_stored_reads_back_as_it_was(base, more):
    definition = define("home", base | more)
    assert define("home", orjson.loads(definition.json_text())) == definition


def environment(*names):
    return tuple(Source(SourceId(name), "playlist", SecretUrl("http://e"), 1.0) for name in names)


def ids(environ, definitions):
    sources, notes = combine(environ, {name: define(name, one) for name, one in definitions.items()})
    return [source.id for source in sources], notes


def test_the_order_is_priority_then_environment_then_name():
    assert ids(
        environment("m3u", "a-late"),
        {
            "zz": M3U | {"priority": 5},
            "low": M3U | {"priority": -1},
            "b": M3U,
            "c": PANEL | {"name": "Aardvark"},
            "off": M3U | {"enabled": False, "priority": 9},
        },
    ) == (["zz", "m3u", "a-late", "c", "c-guide", "b", "low"], ())


def test_an_id_that_is_in_use_is_ignored_with_a_note():
    found, notes = ids(environment("m3u"), {"m3u": M3U, "home": PANEL, "home-guide": M3U})
    assert found == ["m3u", "home", "home-guide"]
    assert [note.partition(":")[0] for note in notes] == ["Source home-guide is ignored", "Source m3u is ignored"]


def test_a_stored_definition_of_a_later_version_is_left_out(capsys):
    stored = {"good": define("good", M3U).json_text(), "odd": '{"type": "satellite", "password": "hunter2"}'}
    assert list(read_definitions(stored)) == ["good"]
    said = capsys.readouterr().out
    assert "source=odd" in said
    assert "hunter2" not in said


def test_free_sources_come_after_the_operator_s_own():
    public = Source(SourceId("free"), "playlist", SecretUrl("http://f.example/"), 1, free=True)
    paid = Source(SourceId("m3u"), "playlist", SecretUrl("http://e.example/"), 1)
    sources, _ = combine((paid, public), {"last": define("last", M3U | {"priority": -1000})})
    assert [source.id for source in sources] == ["m3u", "last", "free"]
