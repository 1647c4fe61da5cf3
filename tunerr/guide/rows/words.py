"""Words of categories, in the languages of the guides that are in use; lower case.

What stands here is known to all who ask what a programme is; what only one of them takes for it, that one adds.
"""

from __future__ import annotations

LIVE = "Live"
"""Category of what is flagged with `<live/>`, which xmltv.dtd does not have."""

FILM_WORDS = (
    *("film", "films", "movie", "movies", "filme", "filmy", "spielfilm", "spielfilme", "fernsehfilm", "kinofilm"),
    *("speelfilm", "speelfilms", "película", "películas", "pelicula", "peliculas", "cine", "cinema", "cinéma"),
    *("telefilm", "elokuva", "elokuvat", "kino", "фильм", "фильмы", "кино", "فيلم", "أفلام", "ταινία", "ταινίες"),
    *("סרט", "电影", "映画"),
)
SPORT_WORDS = ("sport", "sports", "deporte", "deportes", "esporte", "esportes", "спорт", "رياضة")
"""Sport as such."""
SPORTS = (
    *("football", "soccer", "basketball", "baseball", "hockey", "rugby", "cricket", "tennis", "golf", "boxing"),
    *("motorsport", "racing", "cycling", "athletics", "wrestling", "fußball", "fútbol", "futbol", "futebol", "calcio"),
    "voetbal",
)
"""Single ones."""


def is_live(category: str) -> bool:
    """Whether the category says what LIVE says."""
    return category.lower() == LIVE.lower()
