"""How playlists write the names of channels, whatever the guide calls them."""

# ruff: noqa: E501, RUF001 - marks as playlists write them

import random
import unicodedata

_CODES = {"gb": ("UK", "GB"), "us": ("US", "USA"), "sa": ("KSA",)}
_FRONT = (
    "{}: ", "{} : ", "{}:", "|{}| ", "|{}|", "{} ▎", "{} ▎ ", "[{}] ", "[{}]", "{} | ", "{}| ", "({}) ", "{} - ", "{} – ",
    "┃{}┃ ", "{} ✦ ", "{} » ", "{} > ", "★ {} ★ ", "{}★ ", "◉ {}: ", "{}-", "{} • ", "●{}● ", "{}/ ",
)  # fmt: skip
_BEHIND = (" ({})", " [{}]", " |{}|", " {}", " | {}", " - {}")
_GROUPS = ("SPORT - ", "KIDS | ", "MOVIES: ", "4K - ", "VIP | ", "VIP: ", "HD: ", "ENT | ", "NEWS - ")
_QUALITY = (
    " HD", " FHD", " SD", " UHD", " 4K", " HEVC", " RAW", " 50fps", " 60 FPS", " H265", " H.265", " H264", " 1080p",
    " VIP", " HQ", " LQ", " ᴴᴰ", " ᶠᴴᴰ", " ᵁᴴᴰ ³⁸⁴⁰ᴾ", " ᴿᴬᵂ", " ⱽᴵᴾ", " ʰᵉᵛᶜ", " (HD)", " [FHD]", " |HD|", " (1080p)",
    " ◉", " ✪", " Ⓢ", " ®", " FHD HEVC", " HD 50FPS", " 4K UHD", " Full HD", " Ultra HD", " (backup)", " BACKUP", " BKP",
    " [Multi-Audio]", " (Not 24/7)", " [Geo-blocked]", " (VIP)", " *", " ᴴᴰ ◉", "-HD", "_HD", " hd", "ᴴᴰ", " 8K", " HDR",
)  # fmt: skip


def _front(name, country, chance):
    flag = "".join(chr(0x1F1A5 + ord(char)) for char in country.upper())
    style = chance.choice((*_FRONT, "flag"))
    if style == "flag":
        return f"{flag} {name}"
    code = chance.choice(_CODES.get(country, (country.upper(),)))
    return style.format(code) + name


def _behind(name, country, chance):
    return name + chance.choice(_BEHIND).format(chance.choice(_CODES.get(country, (country.upper(),))))


def _case(name, chance):
    return chance.choice((str.upper, str.lower, str.title))(name)


def _accents(name, chance):
    if name.isascii():
        at = [place for place, char in enumerate(name) if char in "aeiou"]
        return name if not at else name[: (here := chance.choice(at)) + 1] + "\u0301" + name[here + 1 :]
    return "".join(char for char in unicodedata.normalize("NFD", name) if not "\u0300" <= char <= "\u036f")


def _punctuation(name, chance):
    old, new = chance.choice(
        ((" ", "."), (" ", "_"), (" ", "-"), ("-", " "), ("!", ""), ("'", ""), (".", ""), ("'", "’"))
    )
    return name.replace(old, new) if old != " " or ("+" not in name and "Plus" not in name) else name


def _spaces(name, chance):
    return name.replace(" ", chance.choice(("  ", "   ", "\u00a0", " \u200b")))


def _and(name, chance):
    return name.replace(" & ", chance.choice((" and ", " AND ", "&"))).replace(
        " + ", chance.choice((" & ", "+", " and "))
    )


def _later(name, chance):
    return name.replace(" +1", chance.choice(("+1", " + 1", " (+1)", " [+1]", " Plus 1", " +1h", " +1 hour", "+1h")))


def _short(name, chance):
    pairs = (("National Geographic", "Nat Geo"), ("Nick Jr", "Nickelodeon Jr"), ("Nick Jr.", "Nick Junior"),
             ("Documentaries", "Docs"), ("International", "Intl"), ("Channel", "Ch"), ("Entertainment", "Ent"),
             ("Disney Jr.", "Disney Junior"), ("Television", "TV"), ("One", "1"), ("Two", "2"), ("Three", "3"),
             (" 1", " One"), (" 2", " II"))  # fmt: skip
    fitting = [pair for pair in pairs if f"{pair[0]} " in f"{name} " and "+" not in name and "Plus" not in name]
    return f"{name} ".replace(*(f"{text} " for text in chance.choice(fitting))).rstrip() if fitting else name


def _joined(name, chance):
    words = name.split()
    at = chance.randrange(len(words))
    return " ".join(words[:at]) + ("" if chance.random() < 0.5 and "+" not in name else " ") + " ".join(words[at:])


def _order(name, chance):
    words = name.split()
    return name if len(words) != 2 or any(char.isdigit() or char == "+" for char in name) else f"{words[1]} {words[0]}"


_CHANGES = (_case, _case, _case, _accents, _punctuation, _spaces, _and, _short, _joined, _order)


def untidy(name, country, seed):
    """One way in which a playlist may write the name."""
    chance = random.Random(f"{seed} {country} {name}")
    name = _later(name, chance)
    for change in chance.sample(_CHANGES, chance.choice((0, 1, 1, 2))):
        name = change(name, chance)
    for _ in range(chance.choice((0, 1, 1, 2))):
        name += chance.choice(_QUALITY)
    where = chance.random()
    if where < 0.55:
        name = _front(name, country, chance)
    elif where < 0.65:
        name = _behind(name, country, chance)
    elif where < 0.72:
        name = chance.choice(_GROUPS) + name
    return name
