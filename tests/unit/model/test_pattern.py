import pytest

from tunerr.model.pattern import UserPattern


def test_it_matches_whatever_the_case_at_every_line():
    pattern = UserPattern.parse(r"hd$|^ppv")
    assert list(pattern.found(["CNN HD\ncnn.us", "CNN\nPPV.us", "HD CNN\nx"], seconds=1.0)) == [True, True, False]


@pytest.mark.parametrize("text", ["(", "a{2,1}", "[z-a]", "(?P<n>", "*", "x" * 501])
def test_what_is_none(text):
    with pytest.raises(ValueError, match=r"is no regular expression|at most 500"):
        UserPattern.parse(text)


@pytest.mark.parametrize("text", ["(a|aa)+$", r"(\d|\d\d)+$"])
def test_what_is_far_too_slow(text):
    with pytest.raises(ValueError, match="takes far too long"):
        UserPattern.parse(text)


def test_time_is_limited_over_all_texts():
    pattern = UserPattern.parse("(b|bb)+$")
    found = pattern.found(["ok", "b" * 60 + "!", "never"], seconds=0.05)
    assert next(found) is False
    with pytest.raises(TimeoutError):
        next(found)


def test_odd_sets_warn_nobody():
    UserPattern.parse("[[a]")
