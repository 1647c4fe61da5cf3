from dataclasses import replace
from datetime import timedelta

from tests.tools.attempts import AT, SECRETS, URL, outcome
from tunerr.catalog.ranking import Ranked
from tunerr.gateway.accounts import AccountFacts, source_account
from tunerr.model.channel import Channel, ChannelId, LineupChannel, SourceId, Stream
from tunerr.model.numbers import GuideNumber
from tunerr.model.url import SecretUrl, Zone
from tunerr.views.autopilot import account_rows, host_rows, order_view


def on(host, reason="stopped", *, picture=0.5, minute=0, status=None):
    stream = Stream(SecretUrl(f"http://{host}/{SECRETS[0]}/x/1.ts"), SourceId("m3u"), Zone.INTERNET)
    at = AT + timedelta(minutes=minute)
    return replace(outcome(reason, status), stream=stream, picture_after=picture, began_at=at)


def test_a_host_shows_how_often_it_played_and_what_went_wrong_last():
    rows = host_rows([
        on("good.example", picture=0.4), on("good.example", picture=1.0), on("good.example", picture=0.6),
        on("bad.example", "stalled"), on("bad.example", "status", picture=None, minute=2, status=403),
        on("bad.example", "status", picture=None, minute=1, status=458),
    ])  # fmt: skip
    bad, good = rows
    assert (bad.host, bad.tried, bad.started, bad.failures) == ("bad.example", 3, 1, (("status", 2), ("stalled", 1)))
    assert (bad.last_failure, bad.last_status, bad.last_failed_at) == ("status", 403, AT + timedelta(minutes=2))
    assert (good.picture_after, good.failures, good.last_failure) == (0.6, (), "")
    assert good.playing_seconds == 37.5
    assert host_rows([on("slow.example", picture=None)])[0].picture_after is None


def test_accounts_have_the_name_of_their_source_and_say_why():
    facts = (
        AccountFacts(source_account(SourceId("xtream")), 1, 2, "given", 0.0),
        AccountFacts("0123456789abcdef", 2, 2, "refused twice, last with 458 while 2 played", 1.5),
        AccountFacts("fedcba9876543210", 1, None, "", 0.0),
    )
    given, learned, blank = account_rows(facts, {source_account(SourceId("xtream")): "xtream"})
    assert (given.name, given.why, given.learned) == ("xtream", "the provider or you say so", False)
    assert (learned.name, learned.learned, learned.limit) == ("0123456789abcdef", True, 2)
    assert (blank.why, blank.learned, blank.limit) == ("", False, None)


def test_the_order_of_a_channel_is_explained_without_secrets():
    first = Stream(URL, SourceId("m3u"), Zone.INTERNET)
    second = Stream(SecretUrl("http://other.test/2.ts"), SourceId("m3u-2"), Zone.INTERNET)
    row = LineupChannel(GuideNumber(5, 1), Channel(ChannelId("dna-1"), "One", streams=(first, second)))
    ranked = (Ranked(first, ("preferred host provider.test", "order of sources and playlists")), Ranked(second, ()))
    view = order_view(row, ranked, policy="off", outcomes=[outcome(), replace(outcome(), channel=ChannelId("dna-2"))])
    assert (view.number, view.name, len(view.rows)) == ("5.1", "One", 2)
    assert (view.rows[0].tried, view.rows[0].started, view.rows[1].tried) == (1, 1, 0)
    assert view.rows[0].reasons[0] == "preferred host provider.test"
    assert not [secret for secret in SECRETS if secret in repr(view)]
