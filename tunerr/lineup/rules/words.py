"""Words in names and groups, and lists of words that say what a channel is about. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

# `+` stays inside a word (TSN+); `@` and `&` are words of their own.
_ASCII = {code: chr(code).lower() if chr(code).isalnum() or chr(code) == "+" else " " for code in range(128)}
_ASCII |= {ord("@"): " @ ", ord("&"): " & "}


def fold(text: str) -> str:
    """Words in lower case without accents and punctuation, one space between two."""
    if not text.isascii():
        text = "".join(map(_plain, unicodedata.normalize("NFKD", text.casefold())))
    return " ".join(text.translate(_ASCII).split())


# Groups repeat a thousandfold.
_fold_group = lru_cache(maxsize=20_000)(fold)


def channel_text(name: str, group: str) -> str:
    """Name and group folded, a space at both ends: what a `Vocabulary` is looked for in."""
    return f" {fold(name)} | {_fold_group(group)} "


def _plain(char: str) -> str:
    if char.isascii() or char.isalnum():
        return char
    return "" if unicodedata.combining(char) else " "


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A list of words and phrases."""

    words: frozenset[str]
    phrases: tuple[str, ...] = ()

    @classmethod
    def of(cls, *lines: str) -> Self:
        """Make one of comma-separated terms, folded."""
        terms = [fold(term) for line in lines for term in line.split(",") if term.strip()]
        return cls(
            frozenset(term for term in terms if " " not in term),
            tuple(f" {term} " for term in terms if " " in term),
        )

    def find(self, text: str, words: Sequence[str] | None = None) -> str:
        """Return the first term that is in `text` (folded, a space at both ends), empty when none is.

        `words` spares splitting the text once more.
        """
        words = text.split() if words is None else words
        if not self.words.isdisjoint(words):
            return next(word for word in words if word in self.words)
        return next((phrase.strip() for phrase in self.phrases if phrase in text), "")


MUSIC = Vocabulary.of(
    "music, musik, musica, musique, muzik, muzyka, muziek, mtv, vh1, vevo, stingray, trace, karaoke, cmt, mcm, jukebox",
    "4music, deluxe music, viva, mezzo, xite, concert, concerts, hits, dj, hip hop, clubbing",
)
SPORTS = Vocabulary.of(
    "sport, sports, deporte, deportes, esporte, esportes, sportv, espn, espn2, espnu, espnews, tsn, tsn1, tsn2, tsn3",
    "tsn4, tsn5, tsn+, sportsnet, sn, rds, rds2, bein, dazn, eurosport, fs1, fs2, skysports, supersport, nfl, nba, nhl",
    "mlb, mls, ncaa, ncaaf, ncaab, wnba, ufc, wwe, aew, f1, nascar, motogp, indycar, pga, atp, wta, epl, laliga, uefa",
    "fifa, bundesliga, football, futbol, soccer, hockey, baseball, basketball, tennis, golf, cricket, rugby, boxing",
    "boxe, mma, darts, snooker, racing, premier league, la liga, serie a, ligue 1, champions league, formula 1",
    "fight night, arena sport, sport tv, tudn, ppv, milb, ohl, whl, qmjhl, afl, nrl, cfl, xfl, ufl",
)
KIDS = Vocabulary.of(
    "kid, kids, kinder, enfants, jeunesse, infantil, ninos, bambini, dzieci, cocuk, child, children, cartoon, cartoons",
    "cartoonito, toon, toons, boomerang, nick, nickelodeon, nicktoons, disney, disneyxd, junior, jr, baby, babytv",
    "treehouse, ytv, teletoon, pbskids, cbeebies, cbbc, duck, kika, gulli, tiji, piwi, boing, minimax, jimjam, toggo",
    "family, nick jr, disney junior, baby tv, pbs kids, super rtl, universal kids, knowledge kids, paw patrol, peppa",
)
NOT_FOR_KIDS = Vocabulary.of(
    "adult, adults, xxx, porn, porno, erotic, erotik, sex, playboy, hustler, brazzers, 18+, +18, nsfw, horror, crime",
    "adult swim, fight, ufc, mma, casino, news, after dark, for adults, nick at nite, family feud, family guy",
)
