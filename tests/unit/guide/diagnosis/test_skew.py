from tunerr.guide.diagnosis.skew import skew

HOUR = 3600


def day(titles, *, later=0):
    return [(hour * HOUR + later, title) for hour, title in enumerate(titles)]


def test_a_guide_that_is_an_hour_late():
    channels = [(day("abcdef"), day("abcdef", later=HOUR)), (day("ghijkl"), day("ghijkl", later=HOUR))]
    assert skew(channels) == HOUR
    assert skew((second, first) for first, second in channels) == -HOUR


def test_equal_guides():
    assert skew([(day("abcdefghijkl"), day("abcdefghijkl"))]) == 0


def test_too_few_common_programmes_tell_nothing():
    assert skew([(day("abcdef"), day("abcdef", later=HOUR))]) == 0
    assert skew([]) == 0


def test_titles_that_repeat_tell_nothing():
    news = [(day("nnnnnnnnnnnn"), day("nnnnnnnnnnnn", later=HOUR))]
    assert skew(news) == 0


def test_programmes_that_move_by_this_and_that_are_no_shift():
    moved = [(hour * HOUR + hour * 900, title) for hour, title in enumerate("abcdefghijkl")]
    assert skew([(day("abcdefghijkl"), moved)]) == 0
    assert skew([(day("abcdefghijkl"), day("abcdefghijkl", later=61))]) == 0
