from tunerr.lab.bench.walk import continuity_errors, first_kinds, packets_of


def data(stream):
    return b"".join(stream.burst(number, number) for number in range(200))


def test_a_faultless_stream_has_no_errors(stream):
    assert continuity_errors(data(stream)) == 0


def test_what_is_missing_or_repeated_counts(stream):
    packets = list(packets_of(data(stream)))
    assert continuity_errors(b"".join(packets[:500] + packets[501:])) == 1
    assert continuity_errors(b"".join(packets[:500] + packets[499:])) == 1
    assert continuity_errors(b"".join(packets)[1:]) > 0


def test_the_first_packets_are_named(stream):
    body = next(data(stream)[at * 188 :] for at in range(3000) if first_kinds(data(stream)[at * 188 :], 1) == ["PAT"])
    assert first_kinds(body, 2) == ["PAT", "PMT"]
    assert first_kinds(body[188 * 3 :], 1) in (["other"], ["PAT"])
    assert first_kinds(b"", 3) == []
