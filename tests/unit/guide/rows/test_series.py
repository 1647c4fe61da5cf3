import pytest

from tunerr.guide.rows.series import Added, Said, added_to, kind_of

START = 1787486400  # 2026-08-23 12:00 UTC
DATED = '<episode-num system="original-air-date">2026-08-23 12:00:00</episode-num>'
DAY = "<sub-title>2026-08-23</sub-title>"


def said(title="A title", subtitle="", description="", categories=(), numbers=(), **more):
    texts = ([text] if text else [] for text in (title, subtitle, description))
    return Said(*texts, list(categories), list(numbers), **more)


def added(row, minutes=30):
    return added_to(row, START, None if minutes is None else START + minutes * 60)


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("Movie", "film"),
        ("All Movies", "film"),
        ("Spielfilm", "film"),
        ("Pel\u00edculas", "film"),
        ("\u0424\u0438\u043b\u044c\u043c\u044b", "film"),
        ("TV series / film", "film"),
        ("All Series", "series"),
        ("News &amp; Information", "series"),
        ("Reality", "series"),
        ("Radio show", "radio"),
        ("Drama", ""),
        ("Documentary", ""),
        ("", ""),
    ],
)
def test_categories_say_what_it_is(category, kind):
    assert kind_of(category) == kind


@pytest.mark.parametrize(
    ("row", "minutes"),
    [
        (said(subtitle="Pilot"), 120),
        (said(categories=["News"]), None),
        (said(categories=["Drama", "All Series"]), 120),
        (said(description="d"), 69),
        (said(categories=["Drama"]), 45),
        (said(subtitle="Pilot", numbers=[("pluto", "5b19")]), 30),
    ],
)
def test_what_is_no_film_becomes_a_series(row, minutes):
    assert added(row, minutes) == Added(DATED)


@pytest.mark.parametrize(
    ("row", "minutes"),
    [
        (said(description="d", categories=["Drama"]), 70),
        (said(description="d"), None),
        (said(subtitle="Part 1", categories=["Movie"]), 30),
        (said(subtitle="s", numbers=[("dd_progid", "MV01")]), 30),
        (said(subtitle="s", numbers=[("onscreen", "7")]), 30),
        (said(subtitle="s", categories=["Radio"]), 30),
        (said(subtitle="s"), 6 * 60),
        (said(), 30),
    ],
)
def test_where_nothing_tells_nothing_is_added(row, minutes):
    assert added(row, minutes) == Added()


@pytest.mark.parametrize(
    ("row", "number"),
    [
        (said(counts=("1", "8"), numbers=[("onscreen", "S2E9")]), "0.7."),
        (said(numbers=[("onscreen", "S2E9")], description="S3E4"), "1.8."),
        (said(title="The One S3E4"), "2.3."),
        (said(subtitle="S3E4 Pilot"), "2.3."),
        (said(description="'S3/E4 - Pilot'. A storm"), "2.3."),
        (said(description="S3E4", categories=["Movie"]), "2.3."),
    ],
)
def test_a_number_in_a_text_is_found(row, number):
    assert added(row) == Added(f'<episode-num system="xmltv_ns">{number}</episode-num>')


def test_a_systematic_number_is_enough():
    assert added(said(numbers=[("xmltv_ns", "1.2.")], description="S3E4", counts=("7", ""))) == Added()


@pytest.mark.parametrize(
    "title", ["Football", "Live Football", "NFL Football", "Soccer match", "LIVE: City v Town", "Sport"]
)
def test_a_title_for_every_match_gets_the_day(title):
    assert added(said(title=title), 180) == Added(DATED, DAY)
    assert added(said(title=title, numbers=[("onscreen", "7")]), 180) == Added("", DAY)
    assert added(said(title=title, subtitle="City v Town"), 180) == Added(DATED)
    assert added(said(title=title, categories=["Movie"]), 180) == Added()


@pytest.mark.parametrize("title", ["Football Factory", "Live and Let Die", "Liverpool", "Alive: x", "The Football"])
def test_other_titles_stay_alone(title):
    assert added(said(title=title), 180) == Added()
