"""WCAG AA of the stylesheet's colors, computed from its tokens in both themes."""

import math
import re
from importlib.resources import files

import pytest

TEXT, SHAPE = 4.5, 3.0
STATES = ("ok", "warn", "bad")
PAIRS = [
    *(
        (ink, ground, TEXT)
        for ink in ("ink", "ink-2", "ink-3", "accent", *STATES)
        for ground in ("bg", "surface", "sunken")
    ),
    *((state, f"{state}-soft", TEXT) for state in STATES),
    *((ink, "accent-soft", TEXT) for ink in ("ink", "ink-2")),
    ("accent-ink", "accent", TEXT),
    ("logo-ink", "logo-chip", TEXT),
    *(("edge", ground, SHAPE) for ground in ("surface", "bg")),
]


def themes():
    css = files("tunerr.deck").joinpath("assets", "css", "00-tokens.css").read_text()
    token = re.compile(r"--([\w-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)")
    light, dark = (
        {name: color for name, *color in token.findall(part)} for part in css.split("prefers-color-scheme: dark")
    )
    assert light.keys() == dark.keys()
    return {"light": light, "dark": dark}


def luminance(color):
    """Relative luminance of an OKLCH color, clipped to sRGB as a screen shows it."""
    lightness, chroma, hue = float(color[0]) / 100, float(color[1]), math.radians(float(color[2]))
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long, medium, short = (
        (lightness + first * a + second * b) ** 3
        for first, second in (
            (0.3963377774, 0.2158037573),
            (-0.1055613458, -0.0638541728),
            (-0.0894841775, -1.2914855480),
        )
    )
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(max(part, 0.0), 1.0) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_edges_can_be_seen(theme):
    tokens = themes()[theme]
    for ink, ground, least in PAIRS:
        darker, lighter = sorted(luminance(tokens[name]) for name in (ink, ground))
        ratio = (lighter + 0.05) / (darker + 0.05)
        assert ratio >= least, f"{ink} on {ground}: {ratio:.2f}"


def test_black_on_white_is_21_to_1():
    assert (luminance(("100", "0", "0")) + 0.05) / (luminance(("0", "0", "0")) + 0.05) == pytest.approx(21, abs=0.01)
