"""Countries as playlists write them: codes and names before a channel's name, in its group, after its tvg id. Pure.

Codes are ISO 3166 alpha-2 in lower case, plus `xk` for Kosovo, which has none.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Names, then further codes. The first name is the one shown.
_TABLE = {
    "ad": "Andorra",
    "ae": "United Arab Emirates, Emirates, UAE",
    "af": "Afghanistan, AFG",
    "al": "Albania, Shqip, Shqiperi, ALB",
    "am": "Armenia, ARM",
    "ao": "Angola",
    "ar": "Argentina",
    "at": "Austria, Österreich, AUT",
    "au": "Australia, AUS",
    "az": "Azerbaijan, AZE",
    "ba": "Bosnia and Herzegovina, Bosnia, BIH",
    "bd": "Bangladesh",
    "be": "Belgium, Belgique, België, BEL",
    "bg": "Bulgaria, BUL, BGR",
    "bh": "Bahrain",
    "bo": "Bolivia",
    "br": "Brazil, Brasil, BRA",
    "by": "Belarus, BLR",
    "ca": "Canada, CAN",
    "ch": "Switzerland, Schweiz, Suisse, SUI, CHE",
    "cl": "Chile",
    "cm": "Cameroon",
    "cn": "China, CHN",
    "co": "Colombia",
    "cr": "Costa Rica",
    "cu": "Cuba",
    "cy": "Cyprus, CYP",
    "cz": "Czech Republic, Czechia, Czech, CZE",
    "de": "Germany, Deutschland, GER, DEU",
    "dk": "Denmark, Danmark, DNK",
    "do": "Dominican Republic",
    "dz": "Algeria",
    "ec": "Ecuador",
    "ee": "Estonia",
    "eg": "Egypt",
    "es": "Spain, España, ESP",
    "et": "Ethiopia",
    "fi": "Finland, Suomi, FIN",
    "fo": "Faroe Islands",
    "fr": "France, FRA",
    "gb": "United Kingdom, UK, Great Britain, England, Scotland, Wales, GBR",
    "ge": "Georgia",
    "gh": "Ghana",
    "gl": "Greenland",
    "gr": "Greece, Hellas, GRE, GRC",
    "gt": "Guatemala",
    "hk": "Hong Kong, HKG",
    "hn": "Honduras",
    "hr": "Croatia, Hrvatska, CRO, HRV",
    "ht": "Haiti",
    "hu": "Hungary, Magyarország, HUN",
    "id": "Indonesia",
    "ie": "Ireland, IRL",
    "il": "Israel, ISR",
    "in": "India, IND",
    "iq": "Iraq",
    "ir": "Iran",
    "is": "Iceland, ISL",
    "it": "Italy, Italia, ITA",
    "jm": "Jamaica",
    "jo": "Jordan",
    "jp": "Japan, JPN",
    "ke": "Kenya",
    "kg": "Kyrgyzstan",
    "kh": "Cambodia",
    "kp": "North Korea",
    "kr": "South Korea, Korea, KOR",
    "kw": "Kuwait",
    "kz": "Kazakhstan, KAZ",
    "la": "Laos",
    "lb": "Lebanon, LBN",
    "lk": "Sri Lanka",
    "lt": "Lithuania, LTU",
    "lu": "Luxembourg, LUX",
    "lv": "Latvia, LVA",
    "ly": "Libya",
    "ma": "Morocco",
    "mc": "Monaco",
    "md": "Moldova, MDA",
    "me": "Montenegro, MNE",
    "mk": "North Macedonia, Macedonia, MKD",
    "mn": "Mongolia",
    "mo": "Macau, Macao",
    "mt": "Malta, MLT",
    "mx": "Mexico, MEX",
    "my": "Malaysia, MYS",
    "ng": "Nigeria",
    "ni": "Nicaragua",
    "nl": "Netherlands, Nederland, Holland, NLD, NED",
    "no": "Norway, Norge, NOR",
    "np": "Nepal",
    "nz": "New Zealand, NZL",
    "om": "Oman",
    "pa": "Panama",
    "pe": "Peru",
    "ph": "Philippines, PHL",
    "pk": "Pakistan, PAK",
    "pl": "Poland, Polska, POL",
    "pr": "Puerto Rico",
    "pt": "Portugal, POR, PRT",
    "py": "Paraguay",
    "qa": "Qatar, QAT",
    "ro": "Romania, ROU",
    "rs": "Serbia, Srbija, SRB",
    "ru": "Russia, RUS",
    "sa": "Saudi Arabia, KSA",
    "sd": "Sudan",
    "se": "Sweden, Sverige, SWE",
    "sg": "Singapore, SGP",
    "si": "Slovenia, Slovenija, SLO, SVN",
    "sk": "Slovakia, Slovensko, SVK",
    "sm": "San Marino",
    "sn": "Senegal",
    "so": "Somalia",
    "sv": "El Salvador",
    "sy": "Syria",
    "td": "Chad",
    "th": "Thailand, THA",
    "tm": "Turkmenistan",
    "tn": "Tunisia",
    "tr": "Turkey, Türkiye, TUR",
    "tt": "Trinidad and Tobago, Trinidad",
    "tw": "Taiwan, TWN",
    "tz": "Tanzania",
    "ua": "Ukraine, UKR",
    "ug": "Uganda",
    "us": "United States, USA",
    "uy": "Uruguay",
    "uz": "Uzbekistan",
    "va": "Vatican",
    "ve": "Venezuela",
    "vn": "Vietnam, VNM",
    "xk": "Kosovo",
    "ye": "Yemen",
    "za": "South Africa",
}
NAMES = {code: names.partition(",")[0] for code, names in _TABLE.items()}
"""The English name of each country by its code."""

# Before a name these say something else as often: Arabic, Africa, Latin America, standard definition.
_DOUBTFUL = frozenset({"ar", "af", "la", "sd"})


def _plain(text: str) -> str:
    """Fold case and accents, so that `ESPAÑA` and `Espana` are one word."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_SUFFIXES = {**{code: code for code in _TABLE}, "uk": "gb"}
_WORDS = {_plain(word.strip()): code for code, words in _TABLE.items() for word in words.split(",")}
_MARKERS = {**{code: code for code in _TABLE if code not in _DOUBTFUL}, **_WORDS}
_NAMES_IN_TEXT = re.compile(
    rf"\b(?:{'|'.join(sorted((word for word in _WORDS if len(word) > 3), key=len, reverse=True))})\b"  # noqa: PLR2004 - no codes
)
_PARTS_OF_GROUP = re.compile(r"[|:/\[\](){}•]|\s[-\u2013]\s")
_CODE_OF_GROUP = re.compile(r"\W*([A-Z]{2,3})\s")


def of_code(text: str) -> str:
    """Return the code that `text` is (`GB`, `uk`), lower case; empty when it is no country's."""
    return _SUFFIXES.get(text.strip().lower(), "")


@lru_cache(maxsize=4096)
def of_marker(text: str) -> str:
    """Return the country of a word that stands apart from a name: `UK`, `GER`, `España`; empty for other words."""
    return _MARKERS.get(_plain(text.strip()), "")


def of_tvg(tvg: str) -> str:
    """Return the country that a normalised tvg id ends with (`bbc1.uk`, `espn.us2`, `bbcone.uk@hd`), or nothing."""
    _, dot, suffix = tvg.rpartition(".")
    if not dot:
        return ""
    found = _SUFFIXES.get(suffix)
    return _SUFFIXES.get(suffix.partition("@")[0].rstrip("0123456789"), "") if found is None else found


@lru_cache(maxsize=65536)
def of_group(group: str) -> str:
    """Return the country of a group's title: `UK | Sports`, `US Sports`, `VOD Italy`; nothing when it names several."""
    marked = {country for part in _PARTS_OF_GROUP.split(group) if (country := of_marker(part))}
    if not marked and (code := _CODE_OF_GROUP.match(group)):
        marked = {of_marker(code[1])} - {""}
    named = marked or {_WORDS[word] for word in _NAMES_IN_TEXT.findall(_plain(group))}
    return named.pop() if len(named) == 1 else ""


def of_flag(text: str) -> str:
    """Return the country of two regional indicators, as a flag is written."""
    return of_code("".join(chr(ord(char) - 0x1F1E6 + ord("a")) for char in text))
