import json

from tunerr.providers.xtream.titles import Episode, Movie, Series, episodes, movies, series


def chunks(rows):
    return [json.dumps(rows).encode()]


def test_films():
    rows = [
        {
            "stream_id": "9",
            "name": "Film",
            "category_id": 3,
            "stream_icon": "http://x/i.jpg",
            "container_extension": "MKV",
            "rating": "7.5",
            "added": "1700000000",
            "tmdb": 603,
        },
        {"stream_id": 10, "rating": None, "added": None, "container_extension": "../x"},
        {"name": "no number"},
    ]
    assert list(movies(chunks(rows), {"3": "Action"})) == [
        Movie(9, "Film", "Action", "http://x/i.jpg", "mkv", 7.5, 1700000000, "603"),
        Movie(10, "10", "", "", "mp4", 0.0, 0, ""),
    ]


def test_series():
    rows = [
        {
            "series_id": 7,
            "name": "Show",
            "category_id": "4",
            "cover": None,
            "plot": "p\u0007",
            "cast": "A",
            "director": None,
            "genre": "Drama",
            "releaseDate": "2020-01-01",
            "rating": 8,
            "last_modified": "1700000000",
        },
        {"series_id": None},
    ]
    assert list(series(chunks(rows), {"4": "Drama"})) == [
        Series(7, "Show", "Drama", "", "p", "A", "Drama", "2020-01-01", 8.0, 1700000000, "")
    ]


EPISODE = {
    "id": "71",
    "episode_num": 1,
    "title": "One",
    "container_extension": "mp4",
    "season": 2,
    "info": {"duration_secs": "2700", "plot": "p"},
}
READ = Episode(71, 2, 1, "One", "mp4", "p", "", 2700)


def test_episodes_by_season_as_object_or_list():
    assert episodes(json.dumps({"episodes": {"2": [EPISODE]}}).encode()) == (READ,)
    assert episodes(json.dumps({"episodes": [[EPISODE]]}).encode()) == (READ,)
    assert episodes(json.dumps({"episodes": {"2": {"0": {**EPISODE, "season": None}}}}).encode()) == (READ,)


def test_info_as_an_empty_list_and_series_that_are_not_there():
    bare = {**EPISODE, "info": []}
    assert episodes(json.dumps({"info": [], "episodes": {"2": [bare]}}).encode())[0].seconds == 0
    for missing in ({"episodes": []}, {"episodes": {}}, {"episodes": None}, [], {}):
        assert episodes(json.dumps(missing).encode()) == ()
