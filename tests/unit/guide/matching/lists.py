"""Names of real channels, real guides, and what playlists do to names."""

import gzip
import random
import re
import unicodedata

import pytest
from lxml import etree

from tests.unit.guide.documents import SHARED
from tunerr.guide.matching.values import Listed, Wanted

# By country; every name is a channel of its own, many are twins of others.
WORLD = {
    "uk": """BBC One London; BBC One Wales; BBC One Scotland; BBC One Northern Ireland; BBC One South West; BBC Two;
        BBC Two Wales; BBC Three; BBC Four; BBC News; BBC Parliament; BBC Scotland; BBC Alba; CBBC; CBeebies; ITV1;
        ITV1 Granada; ITV1 Meridian West; ITV1 Meridian East; ITV1 +1; ITV2; ITV2 +1; ITV3; ITV4; ITV4 +1; ITV Quiz;
        STV; Channel 4; Channel 4 +1; Film4; Film4 +1; More4; E4; E4 +1; E4 Extra; 4Seven; Channel 5; Channel 5 +1;
        5USA; 5STAR; 5Action; Sky One; Sky Mix; Sky Arts; Sky Atlantic; Sky Witness; Sky News; Sky Sports Main Event;
        Sky Sports Premier League; Sky Sports Football; Sky Sports F1; Sky Sports Cricket; Sky Sports Golf;
        Sky Sports News; Sky Sports Action; Sky Sports Arena; Sky Sports Mix; Sky Sports+; Sky Cinema Action;
        Sky Cinema Comedy; Sky Cinema Drama; Sky Cinema Premiere; Sky Cinema Premiere +1; TNT Sports 1; TNT Sports 2;
        TNT Sports 3; TNT Sports 4; Eurosport 1; Eurosport 2; U&Dave; U&Dave ja vu; U&Drama; U&W; U&Yesterday; Gold;
        Comedy Central; Comedy Central Extra; MTV; MTV Music; MTV Hits; MTV 80s; National Geographic;
        National Geographic Wild; Discovery Channel; Discovery Channel +1; Discovery History; Discovery Science;
        Discovery Turbo; Crime + Investigation; Sky History; Sky History 2; Sky Crime; S4C; Nick Jr; Nick Jr Too;
        Nickelodeon; Talking Pictures TV; GB News; Quest; Quest Red; Really; HGTV; Food Network; DMAX""",
    "us": """ESPN; ESPN 2; ESPN U; ESPN News; ESPN Deportes; HBO East; HBO West; HBO 2 East; HBO 2 West; HBO Comedy;
        HBO Family East; HBO Family West; HBO Signature; HBO Zone; Cinemax East; Cinemax West; MoreMAX; ActionMAX;
        Showtime East; Showtime West; Showtime 2; Starz; Starz Encore; Starz Edge; AMC; A&E; TNT East; TNT West; TBS;
        USA Network; Syfy; Bravo; E! Entertainment; CNN; CNN International; HLN; MSNBC; Fox News; Fox Business;
        FOX Sports 1; FOX Sports 2; Big Ten Network; NFL Network; NFL RedZone; MLB Network; NBA TV; NHL Network;
        Golf Channel; Tennis Channel; CBS Sports Network; SEC Network; ACC Network; Disney Channel East;
        Disney Channel West; Disney Junior; Disney XD; Cartoon Network; Boomerang; Nickelodeon; Nicktoons; TeenNick;
        Food Network; Cooking Channel; HGTV; History; History en Espanol; Discovery; Investigation Discovery; TLC;
        Animal Planet; Science Channel; Travel Channel; Weather Channel; National Geographic; Nat Geo Wild; FX; FXX;
        FXM; Hallmark Channel; Hallmark Movies & Mysteries; Lifetime; Lifetime Movies; OWN; Oxygen; Paramount Network;
        Comedy Central; MTV; MTV 2; MTV Classic; VH1; CMT; BET; BET Her""",
    "de": """Das Erste; ZDF; ZDFneo; ZDFinfo; RTL; RTL II; RTL Nitro; RTLup; RTL Crime; RTL Living; RTL Passion; VOX;
        VOXup; n-tv; ProSieben; ProSieben Maxx; ProSieben Fun; SAT.1; SAT.1 Gold; SAT.1 emotions; Kabel Eins;
        Kabel Eins Doku; Kabel Eins Classics; sixx; 3sat; arte; phoenix; KiKA; ONE; tagesschau24; WDR Köln;
        WDR Düsseldorf; WDR Essen; NDR Hamburg; NDR Niedersachsen; NDR Schleswig-Holstein; BR Nord; BR Süd; SWR BW;
        SWR RP; HR; MDR Sachsen; MDR Thüringen; RBB Berlin; RBB Brandenburg; Sky Sport Bundesliga 1;
        Sky Sport Bundesliga 2; Sky Sport F1; Sky Sport News; Sky Cinema Action; DAZN 1; DAZN 2; Sport1; Sport1+;
        Eurosport 1; Eurosport 2; Super RTL; Toggo plus; Tele 5; DMAX; Welt; N24 Doku; Comedy Central; MTV; Nick""",
    "fr": """TF1; TF1 Séries Films; TF1 +1; France 2; France 3; France 3 Alsace; France 3 Aquitaine; France 4;
        France 5; France 24; franceinfo; M6; M6 +1; W9; 6ter; Arte; C8; TMC; TFX; NRJ 12; LCP; Canal+; Canal+ Sport;
        Canal+ Sport 360; Canal+ Foot; Canal+ Cinéma; Canal+ Séries; Canal+ Grand Écran; Canal+ Docs; Canal+ Kids;
        Ciné+ Premier; Ciné+ Frisson; Ciné+ Émotion; OCS; BFM TV; BFM Business; BFM Lyon; CNews; LCI; RMC Découverte;
        RMC Story; RMC Sport 1; RMC Sport 2; beIN Sports 1; beIN Sports 2; beIN Sports 3; Eurosport 1; Eurosport 2;
        L'Équipe; Gulli; Canal J; Teva; Paris Première; 13ème Rue; Syfy; MTV; National Geographic; RTL9; Planète+""",
    "es": """La 1; La 2; 24 Horas; Teledeporte; Clan; Antena 3; Cuatro; Telecinco; laSexta; Neox; Nova; Mega; FDF;
        Energy; Divinity; Boing; DKISS; Paramount Network; Movistar Plus+; Movistar Plus+ 2; M+ LaLiga;
        M+ LaLiga 2; M+ Liga de Campeones; M+ Liga de Campeones 2; M+ Estrenos; M+ Acción; M+ Comedia; M+ Drama;
        M+ Deportes; M+ Deportes 2; DAZN 1; DAZN 2; DAZN F1; DAZN LaLiga; Eurosport 1; Eurosport 2; GOL PLAY;
        Canal Sur; Canal Sur 2; TV3; 3/24; TVG; ETB 1; ETB 2; Telemadrid; Calle 13; AXN; AXN White; TNT; Historia;
        National Geographic; Discovery Channel; Comedy Central; MTV; Nickelodeon; Disney Channel; Canal Cocina""",
}


def world():
    """(country, name) of each channel."""
    return [(country, " ".join(name.split())) for country, names in WORLD.items() for name in names.split(";")]


def world_guide():
    """The channels of the world as guides list them: `BBCOneLondon.uk`."""
    return [Listed(_letters(name) + "." + country, (name,)) for country, name in world()]


def _letters(name):
    plain = re.sub("[^A-Za-z0-9]", "", unaccented(name).replace("+", "Plus").replace("&", "And"))
    return plain[:1].upper() + plain[1:]


def guide_of(file):
    """What a real guide lists."""
    path = SHARED / file
    if not path.exists():
        pytest.skip(f"shared/data/{file} is not there")
    with gzip.open(path) as document:
        root = etree.parse(document).getroot()
    return [
        Listed(one.get("id"), tuple(node.text.strip() for node in one.iterfind("display-name")))
        for one in root.iterfind("channel")
    ]


def playlist_of(file):
    """What a real playlist wants."""
    path = SHARED / file
    if not path.exists():
        pytest.skip(f"shared/data/{file} is not there")
    found = re.findall(r'#EXTINF.*?tvg-id="([^"]*)".*?tvg-name="([^"]*)"', path.read_text())
    return [Wanted(f"dna-{at:016x}", (name,), tvg_id) for at, (tvg_id, name) in enumerate(found)]


def unaccented(name):
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


_SHORT = [
    (r"\bNational Geographic\b", "Nat Geo"),
    (r"\bInternational\b", "Intl"),
    (r"\bEntertainment\b", "Ent"),
    (r"\bJunior\b", "Jr"),
    (r"\bDocs\b", "Documentaries"),
    (r"\bOne\b", "1"),
    (r"\bTwo\b", "2"),
    (r"\b2\b", "Two"),
    (r"\bII\b", "2"),
    (r" \+1\b", "+1"),
    (r" \+1\b", " Plus 1"),
]


def _short(name, chance):
    fitting = [(pattern, word) for pattern, word in _SHORT if re.search(pattern, name)]
    return re.sub(*chance.choice(fitting), name, count=1) if fitting else name


def _mixed(name, chance):
    words = name.split()
    numbers = any(char.isdigit() for char in name) or "+" in name
    if len(words) < 2 or numbers:
        return name
    return " ".join(words[1:] + words[:1])


def _ampersand(name, chance):
    return re.sub(r" and ", " & ", name) if " and " in name else name.replace("&", " and ").replace("  ", " ")


def _joined(name, chance):
    return (
        re.sub(r"([a-z]) (\d)", r"\1\2", name)
        if re.search(r"[a-z] \d", name)
        else re.sub(r"([a-z])(\d)", r"\1 \2", name)
    )


CHANGES = {
    "short": _short,
    "mixed": _mixed,
    "ampersand": _ampersand,
    "joined": _joined,
    "accents": lambda name, _: unaccented(name),
    "case": lambda name, chance: chance.choice([name.upper(), name.lower()]),
    "punctuation": lambda name, _: name.replace("-", " ").replace(":", " -").replace("'", "\u2019").replace("!", ""),
    "quality": lambda name, chance: name + chance.choice([" HD", " FHD", " 4K", " UHD", " (1080p)", " HEVC"]),
}


def disturbed(name, country, chance):
    """What a playlist makes of a name: one or two changes, and mostly the country before it."""
    for change in chance.sample(sorted(CHANGES), chance.randint(1, 2)):
        name = CHANGES[change](name, chance)
    mark = country.upper()
    return chance.choice([f"{mark}: {name}", f"|{mark}| {name}", f"{mark} - {name}", f"[{mark}] {name}", name])


def chance(seed):
    return random.Random(seed)
