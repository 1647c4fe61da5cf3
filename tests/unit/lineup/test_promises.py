"""Single promises of identity that the machine beside this file once found broken."""

from tests.unit.lineup.promises import Entry, Program


def test_a_merged_channel_is_recognised_by_its_name_as_any_other():
    program = Program()
    try:
        uno, one = Entry("b", "Uno", "b1"), Entry("a", "One", "a1")
        program.fetched("m3u", "#EXTM3U\n" + one.text("m3u"))
        program.fetched("m3u-2", "#EXTM3U\n" + uno.text("m3u-2"))
        ids = {channel.name: channel.id for channel in program.catalog().values()}
        program.choose("identity", "1", {"ruling": "merge", "channels": [ids["One"], ids["Uno"]]})
        program.fetched("m3u", "#EXTM3U\n" + one.text("m3u"))
        program.fetched("m3u-2", "#EXTM3U\n" + uno.text("m3u-2"))
        program.fetched("m3u", "#EXTM3U\n" + Entry("c", "One", "a1").text("m3u"))
        assert {*program.catalog()} == {ids["One"]}
    finally:
        program.end()


def test_a_ruling_brings_no_answer_back_that_was_taken_back():
    program = Program()
    try:
        first, second = (Entry("a", name, "a1").text("m3u") for name in ("One", "Uno"))
        program.fetched("m3u", "#EXTM3U\n" + first)
        program.fetched("m3u", "#EXTM3U\n" + second)
        program.roll_back("m3u")
        assert program.fetched("m3u", "#EXTM3U\n" + second)["outcome"] == "refused"
        channels = ["dna-0000000000000001", "dna-0000000000000002"]
        program.choose("identity", "1", {"ruling": "merge", "channels": channels})
        assert program.fetched("m3u", "#EXTM3U\n" + second)["outcome"] == "refused"
    finally:
        program.end()
