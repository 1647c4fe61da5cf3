"""What is worth a look, out of airings."""

import pytest

from tests.unit.guide.documents import seconds
from tests.unit.guide.readers import lineup_rows
from tunerr.guide.lookup.highlights import Highlights, gather, is_movie, is_sports, ordered
from tunerr.guide.making.airing import Airing
from tunerr.guide.rows.programme import Details

ROWS = lineup_rows([("2", "Two", "", ""), ("10", "Ten", "", ""), ("3", "Three", "", "")])


def airing(title, start, stop, more="", source="xmltv"):
    return Airing(seconds(start), seconds(stop), f"<title>{title}</title>{more}".encode(), source)


def found(shown, soon=0.5, limit=12):
    into = Highlights()
    for row, airings in zip(ROWS, shown, strict=True):
        gather(row, airings, into, now=seconds(0), soon=seconds(soon))
    return ordered(into, limit)


def titles(group):
    return [(str(one.row.number), one.details.title) for one in group]


def test_groups_and_their_order():
    film, match = "<category>Spielfilm</category>", "<category>Fußball</category>"
    shown = [
        [airing("Old", -3, 1), airing("Next", 1, 2)],
        [airing("Cup", -1, 1, match), airing("Soon", 0.5, 2)],
        [airing("Heat", -1, 2, film), airing("Sooner", 0.25, 0.5), airing("Two", 0.1, 0.2, source="")],
    ]
    highlights = found(shown)
    assert titles(highlights.current) == [("3", "Heat"), ("10", "Cup"), ("2", "Old")]
    assert titles(highlights.soon) == [("3", "Sooner"), ("10", "Soon")]
    assert titles(highlights.sports) == [("10", "Cup")]
    assert titles(highlights.movies) == [("3", "Heat")]
    assert titles(found(shown, limit=1).current) == [("3", "Heat")]


def test_live_and_new_ones_win_among_equals():
    shown = [[airing("Plain", 0, 1)], [airing("New", 0, 1, "<new/>")], [airing("Plain", 0, 1)]]
    assert titles(found(shown).current) == [("10", "New"), ("2", "Plain"), ("3", "Plain")]


def test_what_says_the_channel_s_name_only_is_no_programme():
    assert found([[airing("TWO", 0, 1)], [airing("Ten", 0, 1, source="")], []]).current == []


@pytest.mark.parametrize(
    "category",
    ["Sport", "sports event", "Deportes", "Fußball", "Fussball", "Football/Soccer", "Спорт", "رياضة", "体育", "Calcio"],
)
def test_sports(category):
    assert is_sports(Details("T", categories=("Other", category)))


@pytest.mark.parametrize(
    "category", ["Movie", "movie / drama", "Spielfilm", "Película", "Фильмы", "Kino", "Cinéma", "أفلام", "映画"]
)
def test_movies(category):
    assert is_movie(Details("T", categories=(category,)))
    assert not is_movie(Details("T", categories=(category,), episode="S01E01"))


@pytest.mark.parametrize("category", ["Series", "Sports news", "Transport", "Filmmagazin", "Movie magazine", "Sportal"])
def test_neither(category):
    details = Details("T", categories=(category,))
    assert not is_sports(details)
    assert not is_movie(details)
