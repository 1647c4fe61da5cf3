"""The checker of pages finds what it is there for."""

import pytest

from tests.tools.structure import local_targets, well_formed

PAGE = (
    '<!doctype html><html lang="en"><head><title>Home</title><link rel="icon" href="/tv/icon.svg"></head><body>'
    '<main><h1>Home</h1><h2 id="who">Who</h2><p>One<p>two<table><tr><th scope="col">A</th></tr></table>'
    '<form method="post" action="/tv/act/x"><input type="hidden" name="csrf" value="t">'
    '<label>Name <input name="name"></label><button>Go</button></form>{}</main></body></html>'
)


def page(extra=""):
    return PAGE.replace("{}", extra)


def test_a_good_page_has_nothing_wrong_with_it():
    good = (
        '<script type="application/json">{"a": 1}</script><a href="https://example.com/">out</a><a href="#who">up</a>'
    )
    assert well_formed(page(good), root="/tv") == []


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("<h1>Again</h1>", "2 h1"),
        ("<h4>Deep</h4>", "h2 is followed by h4"),
        ('<b id="who"></b>', "id who is there 2 times"),
        ('<label for="none">x</label>', "for=none points nowhere"),
        ("<input name=x>", "no label"),
        ('<select name="x"></select>', "no label"),
        ("<button></button>", "no text"),
        ('<img src="/tv/x.png">', "no alt"),
        ("<table><tr><th>B</th></tr></table>", "no scope"),
        ('<p style="color: red">x</p>', "inline style"),
        ("<script>alert(1)</script>", "inline script"),
        ('<p onclick="x()">x</p>', "onclick"),
        ('<a href="/outside">x</a>', "outside of /tv/"),
        ('<a href="javascript:alert(1)">x</a>', "leads elsewhere"),
        ('<a href="//evil.example/">x</a>', "leads elsewhere"),
        ('<script src="https://cdn.example/x.js"></script>', "leads elsewhere"),
        ('<a href="#none">x</a>', "points nowhere"),
        ('<form method="post" action="/tv/act/y"><button>x</button></form>', "no csrf"),
        ("<div><span></div>", "closes no <div>"),
        ("<div>", "closes no <main>"),
        ('<p class="a" class="b">x</p>', "an attribute twice"),
    ],
)
def test_what_is_wrong_is_named(extra, said):
    assert any(said in problem for problem in well_formed(page(extra), root="/tv"))


def test_the_targets_of_a_page_are_those_on_this_server():
    extra = '<a href="https://example.com/">out</a><a href="/tv/live#now">live</a>'
    assert local_targets(page(extra)) == {"/tv/icon.svg", "/tv/act/x", "/tv/live"}
