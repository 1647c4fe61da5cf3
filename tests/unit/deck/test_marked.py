"""Every text of the templates is marked for translation, and every address goes through the sub-path."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment

import tunerr.deck

TEMPLATES = Path(tunerr.deck.__file__).with_name("templates")
# Names, addresses, units and signs that are the same in every language.
SAME = re.compile(
    r"Tunerr|https?://[\w.:/-]+|[\w-]+\.json|(?:\?|&amp;)\w+=|XXXX|\b(?:ms|s|Mbit/s|kbit/s|h|min|Hz|MB|kB|B|px|GB|%)\b|&\w+;|[^A-Za-z]"
)
SPOKEN = re.compile(r"""\b(?:aria-label|title|placeholder|alt|aria-description)=(["'])(.*?)\1""", re.DOTALL)
TARGET = re.compile(r"""<(?:a|form|img|script|link|use)\b[^>]*?\b(?:href|action|src)=(["'])(/[^"']*)\1""", re.DOTALL)
OWN = re.compile(r"<(script|style|code)\b.*?</\1>", re.DOTALL)
LEXER = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def literal(source):
    """The template without what Jinja puts in: each of its parts is one mark."""
    parts, depth = [], 0
    for _, kind, value in LEXER.lex(source):
        if kind in ("variable_begin", "block_begin", "comment_begin"):
            depth += 1
            parts.append("\0")
        elif kind in ("variable_end", "block_end", "comment_end"):
            depth -= 1
        elif depth == 0:
            parts.append(value)
    return OWN.sub("", "".join(parts))


def unmarked(source):
    text = literal(source)
    spoken = [match[2] for match in SPOKEN.finditer(text)]
    # Attributes that Jinja puts in may hold what looks like the end of a tag; they are gone already.
    shown = re.sub(r"<[^<>]*>", "\n", text).split("\n")
    return [part.strip() for part in (*shown, *spoken) if SAME.sub("", part)]


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_every_text_is_marked(name):
    assert not unmarked((TEMPLATES / name).read_text())


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_no_address_leaves_the_sub_path(name):
    assert not [match[2] for match in TARGET.finditer(literal((TEMPLATES / name).read_text()))]


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.glob("*.html")))
def test_nothing_needs_a_weaker_policy(name):
    source = (TEMPLATES / name).read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=[\"']|<style|javascript:", source)
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", source))


def test_the_check_sees_what_is_not_marked():
    assert unmarked("<p>Hello {{ name }}</p>") == ["Hello \0"]
    assert unmarked('<input placeholder="Search">{{ _("Marked") }}') == ["Search"]
    assert unmarked("{% if a %}<b>{{ _('x') }}</b> 5 ms{% endif %}") == []
