"""Forms that are too much: what they are answered."""

import aiohttp
import pytest
from aiohttp import web

from tunerr.deck.forms import MOST_FIELDS, form_of

URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture
async def site():
    """The address of a site that answers the fields of a form, read twice."""

    async def answer(request):
        form = await form_of(request)
        assert await form_of(request) is form
        return web.json_response(list(form.items()))

    application = web.Application()
    application.router.add_post("/", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def sent(site, body, kind=URLENCODED):
    headers = {"Content-Type": kind}
    async with aiohttp.ClientSession() as client, client.post(site, data=body, headers=headers) as answer:
        return answer.status, await answer.json() if answer.status == 200 else await answer.text()


@pytest.mark.parametrize(
    ("body", "kind", "fields"),
    [
        (b"", URLENCODED, []),
        (b"a=1&a=2&b=", URLENCODED, [["a", "1"], ["a", "2"], ["b", ""]]),
        ("a=\u00e9+%C3%A9".encode(), URLENCODED, [["a", "\u00e9 \u00e9"]]),
        (b"a=%E9", f"{URLENCODED}; charset=latin-1", [["a", "\u00e9"]]),
        (b"a=" + b"%41" * 20_000, URLENCODED, [["a", "A" * 20_000]]),
        (b"a=1", "text/plain", []),
        (b"a=1&" * (MOST_FIELDS - 1) + b"a=1", URLENCODED, [["a", "1"]] * MOST_FIELDS),
    ],
)
async def test_the_fields_of_a_form(site, body, kind, fields):
    assert await sent(site, body, kind) == (200, fields)


@pytest.mark.parametrize("body", [b"a=1&" * MOST_FIELDS + b"a=1", b"&" * 1_000_000, b"a&" * 400_000])
async def test_a_form_with_too_many_fields_is_not_parsed(site, body):
    assert await sent(site, body) == (413, "This form has too many fields.")


async def test_multipart_is_not_read(site):
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    status, said = await sent(site, part + b"--x--\r\n", "multipart/form-data; boundary=x")
    assert (status, said) == (400, "A form is sent as application/x-www-form-urlencoded.")
