from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tunerr.guide.diagnosis.doctor import Findings, diagnose, verdict
from tunerr.guide.messages import DoctorAnswer, GuideFacts, Suggested
from tunerr.model.channel import ChannelId, SourceId
from tunerr.model.guide import ChannelHealth, GuideLink
from tunerr.model.status import SourceState, SourceStatus

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FAR = int((NOW + timedelta(days=5)).timestamp())
WELL = GuideFacts(source=SourceId("xmltv"), listed=50, with_programmes=40, matched=2, last=FAR)
FRESH = SourceStatus(
    SourceId("xmltv"), "guide", "http://h/x", SourceState.OK, attempted_at=NOW, succeeded_at=NOW - timedelta(hours=3)
)


def channel(number, name, *ids, status="healthy", last=FAR, **more):
    links = tuple(GuideLink(SourceId("xmltv"), one, "id", "the same id") for one in ids)
    return ChannelHealth(
        ChannelId(f"dna-{number}"), number, name, "", status, links, programmes=9, real=9, last=last, **more
    )


GOOD = (channel("1", "BBC One", "bbc1.uk"), channel("2", "BBC Two", "bbc2.uk"))


def found(*channels, guides=(WELL,), statuses=(FRESH,), **more):
    return Findings(DoctorAnswer(channels=channels or GOOD, guides=guides, **more), statuses, NOW)


def kinds(findings):
    return [problem.kind for problem in diagnose(findings)]


def only(findings):
    (problem,) = diagnose(findings)
    return problem


def test_all_is_well():
    assert kinds(found()) == []
    assert verdict(found(), []) == "2 of 2 channels have a good guide. All is well."


def test_without_a_guide_there_is_one_thing_to_do():
    lost = channel("1", "BBC One", status="unlinked")
    problem = only(found(lost, guides=(), statuses=()))
    assert (problem.kind, problem.severity) == ("no_guide", "error")
    assert problem.commands[0].startswith("iptv-tunerr source add xmltv")


def test_a_source_that_fails():
    ill = replace(FRESH, state=SourceState.FAILED, message="http://h/x answered 404.", hint="Check the URL.")
    problem = only(found(statuses=(ill,)))
    assert problem.what == "xmltv: http://h/x answered 404."
    assert problem.next_step == "Check the URL."
    assert problem.commands == ("iptv-tunerr source refresh xmltv",)


def test_an_old_guide():
    old = replace(FRESH, succeeded_at=NOW - timedelta(hours=40))
    assert only(found(statuses=(old,))).what == "xmltv was last read 40 hours ago."


def test_an_empty_guide():
    assert kinds(found(guides=(WELL.model_copy(update={"with_programmes": 0}),))) == ["source_empty"]


def test_a_guide_of_other_channels():
    other = WELL.model_copy(update={"source": "other", "matched": 0})
    assert kinds(found(guides=(WELL, other))) == ["source_unmatched"]


@pytest.mark.parametrize(("hours", "severity"), [(23, "warning"), (-1, "error")])
def test_a_guide_that_ends(hours, severity):
    last = int((NOW + timedelta(hours=hours)).timestamp())
    rows = (channel("1", "BBC One", "bbc1.uk", last=last),)
    problem = only(found(*rows, guides=(WELL.model_copy(update={"last": last}),)))
    assert (problem.kind, problem.severity) == ("source_ending", severity)


def test_a_channel_that_ends_while_others_go_on():
    soon = int((NOW + timedelta(hours=5)).timestamp())
    problem = only(found(channel("1", "BBC One", "a", last=soon), channel("2", "BBC Two", "b")))
    assert (problem.kind, problem.channels) == ("ending", ("1",))


def test_a_shifted_guide_and_the_command_that_moves_it():
    late = WELL.model_copy(update={"source": "late", "skew": 5400, "skew_from": "xmltv"})
    problem = only(found(guides=(WELL, late)))
    assert problem.what == "The times of late are 1.5 h later than those of xmltv."
    assert problem.commands == ("iptv-tunerr source edit late --shift=-1.5",)


@pytest.mark.parametrize(
    ("shift", "commands"),
    [("+1", ["--shift=-0.5"]), ("1.5", ["--shift=+0"]), ("-23", []), ("Europe/Berlin", [])],
)
def test_a_guide_that_is_shifted_already_is_moved_from_there(shift, commands):
    late = WELL.model_copy(update={"source": "late", "skew": 5400, "skew_from": "xmltv"})
    problem = only(replace(found(guides=(WELL, late)), shifts={"late": shift}))
    assert [one.split()[-1] for one in problem.commands] == commands


def test_a_document_that_was_given_has_no_source_to_refresh():
    old = WELL.model_copy(update={"source": "given", "last": 1})
    problem = only(found(guides=(old,), statuses=None))
    assert (problem.kind, problem.commands) == ("source_ending", ())


def test_a_channel_without_a_guide_and_the_ids_like_it():
    lost = channel("7", "Arte DE", status="unlinked")
    suggested = tuple(
        Suggested(channel="dna-7", source=SourceId("xmltv"), guide_id=one, guide_name="Arte", score=s, reason="words")
        for one, s in (("arte.de", 96), ("arte.fr", 80))
    )
    problem = only(found(*GOOD, lost, suggestions=suggested))
    assert problem.what == "7 Arte DE is in no guide; Arte is like it (96 of 100: words)."
    assert problem.commands == ("iptv-tunerr guide accept '7' 'arte.de'", "iptv-tunerr guide accept '7' 'arte.fr'")


def test_channels_that_no_guide_is_like_come_together():
    lost = [channel(str(n), f"Local {n}", status="unlinked") for n in range(10, 40)]
    problem = only(found(*GOOD, *lost))
    assert problem.what.startswith("30 channels are in no guide")
    assert problem.what.endswith("29 Local 29 and 10 more.")
    assert len(problem.channels) == 30


@pytest.mark.parametrize("status", ["sparse", "placeholder_only", "matched_no_programmes"])
def test_thin_guides(status):
    problem = only(found(*GOOD, channel("3", "ITV", "itv.uk", status=status)))
    assert (problem.kind, problem.channels) == (status, ("3",))
    assert problem.what.startswith("1 channel is listed by a guide")
    assert problem.what.endswith(": 3 ITV.")
    assert bool(problem.commands) == (status != "sparse")


def test_one_id_on_different_channels():
    rows = [channel("1", "CNN HD", "cnn.us"), channel("2", "Fox News", "cnn.us"), channel("3", "CNN", "cnn.us")]
    problem = only(found(*rows))
    assert problem.kind == "shared_id"
    assert "iptv-tunerr guide refuse '2' 'cnn.us'" in problem.commands
    assert kinds(found(rows[0], rows[2])) == []


def test_aliases_are_a_note():
    problem = only(found(aliases={"arte": "arte.de"}))
    assert problem.severity == "note"
    assert "--write-aliases" in problem.commands[0]
    assert verdict(found(), [problem]).endswith("All is well.")


def test_a_document_that_was_given_is_no_source():
    assert kinds(found(statuses=None)) == []


def test_every_problem_says_why_and_what_next():
    ill = replace(FRESH, state=SourceState.REFUSED, message="m", succeeded_at=NOW - timedelta(days=4))
    late = WELL.model_copy(update={"skew": 3600, "skew_from": "b", "last": 1})
    rows = [channel(str(n), "x", "a", status=s) for n, s in enumerate(("sparse", "placeholder_only"))]
    problems = diagnose(found(*rows, channel("9", "y", status="unlinked"), guides=(late,), statuses=(ill,)))
    assert len(problems) > 5
    assert all(problem.what and problem.why and problem.next_step for problem in problems)
    assert verdict(found(), problems).endswith(f"{len(problems)} problems to look at.")
