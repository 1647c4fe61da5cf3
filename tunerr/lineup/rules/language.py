"""Which language a channel most likely speaks: by a mark in its name or group, by script, by country. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.words import fold

_LANGUAGES = {
    "en": "english, anglais, ingles, englisch",
    "fr": "french, francais, francaise, quebecois",
    "es": "spanish, espanol, latino, latinos, latina, castellano",
    "pt": "portuguese, portugues",
    "de": "german, deutsch",
    "it": "italian, italiano",
    "nl": "dutch, nederlands",
    "ar": "arabic, arab, arabe",
    "tr": "turkish, turk",
    "pl": "polish, polski",
    "ru": "russian",
    "el": "greek",
    "hi": "hindi, bollywood",
    "pa": "punjabi",
    "ta": "tamil",
    "te": "telugu",
    "ur": "urdu",
    "fa": "persian, farsi",
    "he": "hebrew",
    "ro": "romanian",
    "sq": "albanian, shqip",
    "sv": "swedish, svenska",
    "da": "danish, dansk",
    "no": "norwegian, norsk",
    "fi": "finnish, suomi",
    "hu": "hungarian, magyar",
    "cs": "czech",
    "bg": "bulgarian",
    "uk": "ukrainian",
    "zh": "chinese, mandarin, cantonese",
    "ja": "japanese",
    "ko": "korean",
    "vi": "vietnamese",
    "tl": "filipino, tagalog, pinoy",
}
# `France 24 English` is English: these count only where no language is named.
_PLACES = {
    "fr": "france, quebec",
    "es": "spain, espana, mexico, argentina, colombia",
    "pt": "portugal, brasil, brazil",
    "de": "germany, deutschland, austria, osterreich",
    "it": "italy, italia",
    "nl": "netherlands, nederland, holland",
    "ar": "arabia, egypt, maroc, iraq",
    "tr": "turkey, turkiye",
    "pl": "poland, polska",
    "ru": "russia",
    "el": "greece, hellas",
    "hi": "india, indian",
    "ur": "pakistan",
    "fa": "iran",
    "he": "israel",
    "ro": "romania",
    "sq": "albania, kosovo",
    "sv": "sweden, sverige",
    "da": "denmark, danmark",
    "no": "norway, norge",
    "fi": "finland",
    "hu": "hungary",
    "cs": "czechia, cesko",
    "bg": "bulgaria",
    "uk": "ukraine",
    "zh": "china, taiwan",
    "ja": "japan",
    "ko": "korea",
    "vi": "vietnam",
    "tl": "philippines",
}


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {fold(word): language for language, words in table.items() for word in words.split(",")}


_BY_WORD = (_by_word(_LANGUAGES), _by_word(_PLACES))

_COUNTRIES = {
    "en": "us uk gb ca au nz ie za",
    "fr": "fr mc sn ci",
    "es": "es mx ar co cl pe ve ec uy py bo do gt hn sv ni cr pa cu pr",
    "pt": "pt br ao mz",
    "de": "de at ch li",
    "it": "it sm va",
    "nl": "nl be sr",
    "ar": "ae sa eg iq sy jo lb kw qa bh om ye ma dz tn ly sd ps",
    "tr": "tr",
    "pl": "pl",
    "ru": "ru by kz",
    "el": "gr cy",
    "hi": "in",
    "ur": "pk",
    "fa": "ir af",
    "he": "il",
    "ro": "ro md",
    "sq": "al xk",
    "sv": "se",
    "da": "dk",
    "no": "no",
    "fi": "fi",
    "hu": "hu",
    "cs": "cz",
    "sk": "sk",
    "bg": "bg",
    "uk": "ua",
    "sr": "rs",
    "hr": "hr",
    "sl": "si",
    "mk": "mk",
    "bs": "ba",
    "zh": "cn tw hk",
    "ja": "jp",
    "ko": "kr",
    "vi": "vn",
    "th": "th",
    "id": "id",
    "ms": "my",
    "tl": "ph",
}
_BY_COUNTRY = {country: language for language, countries in _COUNTRIES.items() for country in countries.split()}
# In names `AR:` is Arabic and not Argentina, and some write languages.
_BY_MARK = _BY_COUNTRY | {"ar": "ar", "en": "en", "fa": "fa", "el": "el"}

# `FR: TF1`, `|FR| TF1`, `[FR] TF1`, `FR - TF1`; capitals only, two letters are words in too many languages.
_PREFIX = re.compile(r"\s*[\[(|]*([A-Z]{2})\s*(?:[\])|:]|[-\u2013▎✦★]\s|\s[-\u2013▎✦★])")
# `TF1 [FR]`, `RDI (FR)`
_SUFFIX = re.compile(r"[\[(]([A-Z]{2})[\])]\s*$")
_SCRIPTS = (
    (re.compile(r"[\u0600-\u06ff]"), "ar"),
    (re.compile(r"[\u0400-\u04ff]"), "ru"),
    (re.compile(r"[\u0370-\u03ff]"), "el"),
    (re.compile(r"[\u0590-\u05ff]"), "he"),
    (re.compile(r"[\u3040-\u30ff]"), "ja"),
    (re.compile(r"[\uac00-\ud7af]"), "ko"),
    (re.compile(r"[\u4e00-\u9fff]"), "zh"),
    (re.compile(r"[\u0e00-\u0e7f]"), "th"),
    (re.compile(r"[\u0900-\u097f]"), "hi"),
)


def language_of(channel: Candidate) -> tuple[str, str]:
    """Return the language as two letters and what told it; English when nothing does."""
    return (
        _marked(channel.name)
        or _in_group(channel.group)
        or _worded(channel.text)
        or _scripted(channel.name)
        or _from_country(_tvg_country(channel.row.tvg_id) or channel.row.country)
        or ("en", "nothing tells another")
    )


def _marked(text: str) -> tuple[str, str] | None:
    mark = _SUFFIX.search(text) or _PREFIX.match(text)
    language = _BY_MARK.get(mark[1].lower()) if mark else None
    return (language, f"'{mark[1]}' in its name or group") if mark and language else None


@lru_cache(maxsize=20_000)
def _in_group(group: str) -> tuple[str, str] | None:
    return _marked(group)


def _worded(text: str) -> tuple[str, str] | None:
    words = text.split()
    for languages in _BY_WORD:
        if not languages.keys().isdisjoint(words):
            word = next(word for word in words if word in languages)
            return languages[word], f"'{word}' in its name or group"
    return None


def _scripted(name: str) -> tuple[str, str] | None:
    if name.isascii():
        return None
    return next(((language, "its script") for pattern, language in _SCRIPTS if pattern.search(name)), None)


def _from_country(country: str) -> tuple[str, str] | None:
    language = _BY_COUNTRY.get(country)
    return (language, f"country {country}") if language else None


def _tvg_country(tvg_id: str) -> str:
    ending = tvg_id.rpartition(".")[2].partition("@")[0].lower()
    return ending if len(ending) == 2 else ""  # noqa: PLR2004 - ISO 3166 alpha-2
