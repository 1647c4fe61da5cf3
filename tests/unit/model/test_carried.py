import pytest

from tunerr.model.carried import NOTHING, Carried, CarriedBook
from tunerr.model.channel import ChannelId

A, B, C = ChannelId("dna-a"), ChannelId("dna-b"), ChannelId("dna-c")
SD, HD = Carried("mpeg2", "mp2", 720, 576), Carried("h264", "aac", 1920, 1080)


def test_a_book_tells_what_was_seen_last_and_never_changes():
    known = {A: SD}
    book = CarriedBook(known)
    known[B] = HD
    later = book.with_seen(A, HD)
    assert (book[A], book[B], later[A], later[C]) == (SD, NOTHING, HD, NOTHING)
    assert (book.version, later.version) == (0, 1)


def test_what_is_no_news_makes_no_new_book():
    book = CarriedBook({A: SD}).with_seen(B, HD)
    assert book.with_seen(A, SD) is book
    assert book.with_seen(B, Carried("h264", "aac", 1920, 1080)) is book
    assert book.with_seen(C, NOTHING).version == 2


@pytest.mark.parametrize(("channels", "version"), [("ab", 4), ("b", 2), ("c", 3), ("bc", 3), ("d", 0), ("", 0)])
def test_the_version_of_some_channels_is_that_of_their_last_change(channels, version):
    book = CarriedBook({ChannelId("d"): SD})
    for channel, carried in (("a", SD), ("b", SD), ("c", SD), ("a", HD)):
        book = book.with_seen(ChannelId(channel), carried)
    assert book.version_of(lambda channel: channel in channels) == version
