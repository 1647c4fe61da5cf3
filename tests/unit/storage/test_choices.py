import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tunerr.errors import ActionRefused
from tunerr.storage.choices import Choices
from tunerr.storage.connection import open_server

KINDS = ("source", "channel", "identity", "lineup")


@pytest.fixture
async def choices(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    yield Choices(state=state, clock=ManualClock())
    await state.close()


async def put(choices, *changed, detail=""):
    return await choices.put(changed, who="me", act="set", subject="it", detail=detail)


async def held(choices):
    return {(kind, key): value for kind in KINDS for key, value in (await choices.all(kind)).items()}


async def test_an_act_is_one_row_with_what_was_before_and_after(choices):
    first = await put(choices, ("channel", "a", "1"), ("source", "s", "{}"), detail="Two at once.")
    second = await put(choices, ("channel", "a", "2"), ("source", "s", None))
    assert await held(choices) == {("channel", "a"): "2"}
    assert (await choices.get("channel", "a"), await choices.get("source", "s")) == ("2", None)
    late, early = await choices.journal()
    assert (early.id, early.detail, early.who) == (first, "Two at once.", "me")
    assert early.at == ManualClock().now().timestamp()
    assert (late.id, late.changes) == (second, (("channel", "a", "1", "2"), ("source", "s", "{}", None)))
    assert [row.id for row in await choices.journal(1)] == [second]


async def test_of_one_choice_named_twice_the_last_value_counts(choices):
    await put(choices, ("channel", "a", "1"), ("channel", "a", "2"))
    assert await held(choices) == {("channel", "a"): "2"}
    await choices.undo(who="me")
    assert await held(choices) == {}


async def test_what_changes_nothing_is_not_to_be_undone(choices):
    await put(choices, ("channel", "a", "1"))
    idle = await put(choices, ("channel", "a", "1"))
    with pytest.raises(ActionRefused, match="nothing to undo"):
        await choices.undo(idle, who="me")
    await choices.undo(who="me")
    assert await held(choices) == {}


async def test_undo_goes_back_act_by_act_and_redo_forth(choices):
    for value in "123":
        await put(choices, ("channel", "a", value))
    assert [(await choices.undo(who="me")).id for _ in range(3)] == [3, 2, 1]
    for value in "123":
        await choices.redo(who="me")
        assert await choices.get("channel", "a") == value
    with pytest.raises(ActionRefused, match="nothing to do again"):
        await choices.redo(who="me")
    await choices.undo(who="me")
    assert await choices.get("channel", "a") == "2"


async def test_the_journal_says_what_was_taken_back(choices):
    await put(choices, ("channel", "a", "1"), detail="Named it.")
    await choices.undo(who="me")
    await choices.redo(who="you")
    rows = await choices.journal()
    assert [(row.act, row.detail, row.undone_by) for row in rows] == [
        ("redo", "Did again: Named it.", None),
        ("undo", "Took back: Named it.", 3),
        ("set", "Named it.", 2),
    ]


async def test_an_act_is_taken_back_once(choices):
    act = await put(choices, ("channel", "a", "1"))
    await choices.undo(act, who="me")
    with pytest.raises(ActionRefused, match="taken back already") as caught:
        await choices.undo(act, who="me")
    assert caught.value.hint == "Undo act 2 instead."
    await choices.undo(2, who="me")
    assert await choices.get("channel", "a") == "1"


async def test_what_was_changed_again_comes_first_even_when_the_value_is_the_same(choices):
    first = await put(choices, ("channel", "a", "1"), ("channel", "b", "1"))
    await put(choices, ("channel", "a", "2"))
    last = await put(choices, ("channel", "a", "1"))
    with pytest.raises(ActionRefused, match=f"again by act {last}") as caught:
        await choices.undo(first, who="me")
    assert caught.value.hint == f"Undo act {last} first."
    assert await held(choices) == {("channel", "a"): "1", ("channel", "b"): "1"}


async def test_an_undo_can_not_come_back_on_other_ground(choices):
    await put(choices, ("channel", "a", "1"))
    second = await put(choices, ("channel", "a", "2"))
    undone = await choices.undo(second, who="me")
    await choices.undo(who="me")
    with pytest.raises(ActionRefused, match="no longer as it left it"):
        await choices.undo(undone.id + 1, who="me")
    assert await held(choices) == {}


@pytest.mark.parametrize("act", [0, -1, 99, 2**63, -(2**70)])
async def test_an_unknown_act_is_refused(choices, act):
    with pytest.raises(ActionRefused, match="nothing to undo"):
        await choices.undo(act, who="me")


step = st.one_of(
    st.tuples(
        st.just("put"),
        st.lists(
            st.tuples(st.sampled_from(KINDS), st.sampled_from("ab"), st.sampled_from(["1", "2", None])), max_size=3
        ),
    ),
    st.tuples(st.just("undo"), st.one_of(st.none(), st.integers(1, 12))),
    st.tuples(st.just("redo"), st.none()),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(step, max_size=14))
def test_choices_are_what_the_acts_say_and_undoing_everything_leaves_nothing(steps):
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(walk(Path(folder), steps))


async def walk(folder, steps):
    state = await open_server(folder / "state.db", kind="state")
    choices, model, changes = Choices(state=state, clock=ManualClock()), {}, {}
    try:
        for name, what in steps:
            before = dict(model)
            try:
                if name == "put":
                    act = await put(choices, *what)
                    model |= {(kind, key): value for kind, key, value in what}
                else:
                    if name == "undo":
                        undone = (await choices.undo(what, who="me")).id
                        act = (await choices.journal(1))[0].id
                    else:
                        act = (await choices.redo(who="me")).id
                        undone = next(row.id for row in await choices.journal(100) if row.undone_by == act)
                    model |= {key: was for key, (was, _) in changes[undone].items()}
                    # Taken back exactly: what it had left was still there.
                    assert all(before.get(key) == now for key, (_, now) in changes[undone].items())
            except ActionRefused:
                assert name != "put"
                act = None
            if act is not None:
                keys = {key for key in model if before.get(key) != model.get(key)}
                changes[act] = {key: (before.get(key), model[key]) for key in keys}
            assert await held(choices) == {key: value for key, value in model.items() if value is not None}
        while any(row.undone_by is None and row.act != "undo" for row in await choices.journal(100)):
            await choices.undo(who="me")  # never refused: the latest standing act can always be taken back
        assert await held(choices) == {}
    finally:
        await state.close()
