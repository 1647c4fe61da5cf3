import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tunerr.outputs.text import m3u_attribute, m3u_title, one_line


def test_examples():
    assert one_line(" a\r\n\tb\x00c\u2028d ") == "a b c d"
    assert m3u_attribute('say "hi", now') == "say 'hi', now"
    assert m3u_title('say "hi",now') == "say 'hi' now"


@settings(derandomize=True)
@given(st.text(st.characters(codec=None)))
def test_any_text_fits_every_document(text):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    element = etree.Element("a")
    element.text = line
    assert etree.fromstring(etree.tostring(element)).text == (line or None)
    assert orjson.loads(orjson.dumps(line)) == line
    assert '"' not in m3u_attribute(text)
    assert not {'"', ","} & set(m3u_title(text))
