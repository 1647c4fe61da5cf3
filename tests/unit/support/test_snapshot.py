from tunerr.support.snapshot import Published


def test_who_took_the_value_keeps_it_when_another_is_published():
    box = Published(("a",))
    taken = box.current
    box.publish(("b",))
    assert (taken, box.current) == (("a",), ("b",))
