import pytest

from tunerr.catalog.keys import stream_key
from tunerr.catalog.ranking import rank
from tunerr.model.channel import SourceId, Stream
from tunerr.model.url import SecretUrl, Zone


def stream(name, host="a.example", source="m3u", number=None):
    url = f"http://{host}/{number or name.replace(' ', '-')}.ts"
    return Stream(SecretUrl(url), SourceId(source), Zone.INTERNET, name=name)


def names(ranked):
    return [one.stream.name for one in ranked]


STREAMS = (
    stream("BBC SD"),
    stream("BBC FHD Backup"),
    stream("BBC"),
    stream("BBC HD 50fps", "b.example:8080"),
    stream("BBC HD"),
    stream("BBC FHD", "b.example:8080", "xtream"),
)


def test_off_keeps_the_order_of_sources_and_playlists():
    ranked = rank(STREAMS)
    assert tuple(one.stream for one in ranked) == STREAMS
    assert {one.reasons for one in ranked} == {("order of sources and playlists",)}


def test_best_looks_at_the_picture_first():
    ranked = rank(STREAMS, policy="prefer_best")
    assert names(ranked) == ["BBC FHD", "BBC FHD Backup", "BBC HD 50fps", "BBC HD", "BBC", "BBC SD"]
    assert ranked[0].reasons == ("1080 lines", "order of sources and playlists")
    assert ranked[1].reasons == ("1080 lines", "backup", "order of sources and playlists")
    assert ranked[4].reasons[0] == "picture unknown"


def test_resilient_lets_hosts_and_accounts_take_turns_and_backups_wait():
    ranked = rank(STREAMS, policy="prefer_resilient")
    assert names(ranked) == ["BBC SD", "BBC HD 50fps", "BBC FHD", "BBC", "BBC HD", "BBC FHD Backup"]


def test_resilient_avoids_marked_hosts():
    ranked = rank(STREAMS, policy="prefer_resilient", cloudflare={"a.example"})
    assert names(ranked)[:2] == ["BBC HD 50fps", "BBC FHD"]
    assert "behind Cloudflare" in ranked[2].reasons
    assert names(rank(STREAMS, policy="prefer_best", cloudflare={"a.example"}))[1] == "BBC FHD Backup"


@pytest.mark.parametrize("host", ["b.example:8080", "B.example"])
def test_preferred_hosts_come_before_the_policy(host):
    ranked = rank(STREAMS, policy="prefer_best", preferred_hosts=["none.example", host])
    assert names(ranked) == ["BBC FHD", "BBC HD 50fps", "BBC FHD Backup", "BBC HD", "BBC", "BBC SD"]
    assert ranked[0].reasons[0] == f"preferred host {host.lower()}"


def test_the_earlier_preferred_host_wins_and_ports_have_defaults():
    ranked = rank(STREAMS, preferred_hosts=["a.example:80", "b.example"])
    assert names(ranked)[-2:] == ["BBC HD 50fps", "BBC FHD"]


def test_the_operators_order_wins_over_all():
    wanted = [stream_key(one.source, one.url.reveal()) for one in (STREAMS[2], STREAMS[0])]
    ranked = rank(STREAMS, policy="prefer_best", preferred_hosts=["b.example"], order=["0" * 12, *wanted, wanted[0]])
    assert names(ranked) == ["BBC", "BBC SD", "BBC FHD", "BBC HD 50fps", "BBC FHD Backup", "BBC HD"]
    assert ranked[0].reasons[0] == "number 2 of your order"
    assert names(rank(STREAMS[:1], policy="prefer_best", order=wanted)) == ["BBC SD"]


def test_nothing_to_rank():
    assert rank(()) == ()
