import time

import pytest
from structlog.testing import capture_logs

from tunerr.model.url import SecretUrl
from tunerr.support.cookies import CookieStore

TV = SecretUrl("http://tv.example:8080/live/1")


def test_a_host_gets_its_own_and_its_domains_cookies_back():
    cookies = CookieStore().visit()
    cookies.take(TV, ["a=1", "b=2; Domain=.tv.example; Path=/live", "c=3; Domain=.other.example", "d=4; Secure"])
    assert sorted(cookies.header(TV).split("; ")) == ["a=1", "b=2"]
    assert cookies.header(SecretUrl("http://edge.tv.example/live/2")) == "b=2"
    assert cookies.header(SecretUrl("http://other.example/")) == ""


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost/"])
def test_hosts_without_a_domain(url):
    cookies = CookieStore().visit()
    cookies.take(SecretUrl(url), ["a=1"])
    assert cookies.header(SecretUrl(url)) == "a=1"


def test_two_visits_share_no_session():
    store = CookieStore()
    one, two = store.visit(), store.visit()
    one.take(TV, ["a=1"])
    store.keep(one)
    assert two.header(TV) == store.visit().header(TV) == ""


@pytest.mark.parametrize("line", ["", "=", "a", ";;;", "a=1; Max-Age=x", "a=\udcff", "a=1; Expires=never"])
def test_odd_lines_do_no_harm(line):
    cookies = CookieStore().visit()
    cookies.take(TV, [line])
    cookies.take(SecretUrl("http://[::1/"), [line])
    assert "\n" not in cookies.header(TV)


def test_a_line_that_is_too_long_is_left_out():
    cookies = CookieStore().visit()
    cookies.take(TV, ["a=1", f"b={'2' * 8192}"])
    assert cookies.header(TV) == "a=1"


def test_new_names_for_ever_push_out_those_that_expire_first():
    store = CookieStore()
    visit = store.visit()
    visit.take(TV, [f"c{number}=1; Max-Age={number + 60}" for number in range(1001)])
    store.keep(visit)
    names = {cookie.name for cookie in store.visit().jar}
    assert len(names) == 1000
    assert "c0" not in names


def test_a_file_of_another_program_is_read(tmp_path):
    path = tmp_path / "cookies.txt"
    until = int(time.time()) + 3600
    path.write_text(f"# Netscape HTTP Cookie File\n.tv.example\tTRUE\t/\tFALSE\t{until}\tcf_clearance\tx\n")
    assert CookieStore(path).visit().header(TV) == "cf_clearance=x"


@pytest.mark.parametrize("content", [b"no cookies", b"\xff\xfe", b"# Netscape HTTP Cookie File\nbroken\n"])
def test_an_unreadable_file_counts_as_empty(tmp_path, content):
    path = tmp_path / "cookies.txt"
    path.write_bytes(content)
    with capture_logs() as logs:
        assert CookieStore(path).visit().header(TV) == ""
    assert [row["event"] for row in logs] == ["cookie file not read"]


def test_an_unwritable_file_is_logged(tmp_path):
    store = CookieStore(tmp_path / "missing" / "cookies.txt")
    visit = store.visit()
    visit.take(TV, ["a=1; Max-Age=60"])
    with capture_logs() as logs:
        store.keep(visit)
    assert [row["event"] for row in logs] == ["cookie file not written"]
    assert store.visit().header(TV) == "a=1"
