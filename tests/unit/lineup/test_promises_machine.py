"""Identities and numbers under any sequence of what providers, clients and the operator do, with the real parts.

What the documents promise (docs/explanations/identity-and-numbers.md) is told here by a model that knows which of a
provider's channels is which, whatever it is called.
"""

import random
from typing import NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.lineup.promises import LIMIT, SOURCES, Entry, Program, Provider, wanted
from tunerr.actions.choices_file import RULES
from tunerr.catalog.guard import PROOF_SECONDS, SHRINK_FLOOR
from tunerr.catalog.identity import ruled_id
from tunerr.catalog.rulings import check, parse
from tunerr.errors import ActionRefused, ContentError
from tunerr.lineup.numbering import RESERVED_AFTER
from tunerr.model.numbers import GuideNumber

NAMES = ["One", "Two", "News", "Sport +1", "Kanal Ü", "E4"]
a_source = st.sampled_from(SOURCES)
a_place = st.integers(0, 9)
a_number = st.sampled_from(["1", "2", "3", "5.1", "8", "1001", "1002"])


class Seen(NamedTuple):
    """A channel of a provider as it was read: under which id it was recognised, and under which it is shown.

    `own` is empty while the operator's ruling makes it a channel of its own, None where a merge hides it.
    """

    entry: Entry
    own: str | None
    shown: str


class Promises(RuleBasedStateMachine):
    """`latest`: each row as it was recognised last; `served`: rows of the generation that is served."""

    @initialize(shared_ids=st.booleans())
    def begin(self, shared_ids):
        self.counter = 0
        self.program = Program()
        self.providers = {source: Provider(source, self.entries(source, shared_ids)) for source in SOURCES}
        self.latest = {source: {} for source in SOURCES}
        self.served = {source: {} for source in SOURCES}
        self.answers = dict.fromkeys(SOURCES)
        self.generations = {source: {} for source in SOURCES}
        self.withdrawn = {source: set() for source in SOURCES}
        self.refusals = {source: [] for source in SOURCES}
        self.seen, self.last, self.moved, self.fixed, self.lineup = {}, {}, set(), {}, None
        for source in SOURCES:
            self.refresh(source)

    def entries(self, source, shared_ids):
        """The second source has some of the first one's channels, and others."""
        names = NAMES if source == SOURCES[0] else [*NAMES[3:], "Arte", "Film"]
        prefix = "" if shared_ids else source
        for place, name in enumerate(names):
            wish = str(place) if place in {2, 5} else ""
            tvg = f"{prefix}{name}".lower() if len(name) % 2 else ""
            yield Entry(tvg, name, self.fresh(), "Sport" if "+" in name else "News", wish)

    def fresh(self):
        self.counter += 1
        return f"x{self.counter}"

    def teardown(self):
        if hasattr(self, "program"):
            self.program.end()

    # What providers do.

    def change(self, source, place, **changes):
        rows = self.providers[source].rows
        row = sorted(rows)[place % len(rows)]
        rows[row] = Entry(**{**vars(rows[row]), **changes})

    @rule(source=a_source, seed=st.integers(0, 99))
    def shuffle(self, source, seed):
        provider = self.providers[source]
        provider.rows = dict(random.Random(seed).sample(list(provider.rows.items()), len(provider.rows)))

    @rule(source=a_source, place=a_place, what=st.sets(st.sampled_from(["name", "tvg", "path"]), min_size=1))
    def say_otherwise(self, source, place, what):
        self.change(source, place, **{field: self.fresh() for field in sorted(what)})

    @rule(source=a_source, place=a_place)
    def take_its_id_away(self, source, place):
        self.change(source, place, tvg="")

    @rule(source=a_source, place=a_place, group=st.sampled_from(["News", "Sport", "Film"]))
    def regroup(self, source, place, group):
        self.change(source, place, group=group)

    @rule(source=a_source, place=a_place, variant=st.booleans())
    def give_it_another_quality(self, source, place, variant):
        self.change(source, place, variant=variant)

    @rule(source=a_source, place=a_place)
    def lose(self, source, place):
        provider = self.providers[source]
        if len(provider.rows) > 1:
            row = sorted(provider.rows)[place % len(provider.rows)]
            provider.away[row] = provider.rows.pop(row)

    @rule(source=a_source)
    def lose_most(self, source):
        for place in range(len(self.providers[source].rows) - 2):
            self.lose(source, place)

    @rule(source=a_source)
    def regain_all(self, source):
        provider = self.providers[source]
        provider.rows |= provider.away
        provider.away.clear()

    @rule(source=a_source)
    def a_new_channel(self, source):
        provider = self.providers[source]
        if len(provider.rows) < 9:
            provider.rows[100 + self.counter] = Entry(self.fresh(), f"Name {self.fresh()}", self.fresh())

    # How they are asked.

    @rule(source=a_source, accept=st.booleans())
    def ask(self, source, accept):
        self.refresh(source, accept=accept)
        self.publish()

    @rule()
    def ask_all(self):
        for source in SOURCES:
            self.refresh(source)
        self.publish()

    @rule(source=a_source, answer=st.sampled_from([None, "", "#EXTM3U\n", "<!DOCTYPE html><html>Buy</html>"]))
    def trouble(self, source, answer):
        self.publish()
        before = self.lineup
        if answer is not None:
            with pytest.raises(ContentError):
                self.program.fetched(source, answer)
        self.publish()
        assert before is None or before.version == self.lineup.version

    @rule(source=a_source, place=st.integers(0, 4))
    def roll_back(self, source, place):
        kept, serving = self.program.generations(source)
        others = [one for one in kept if one != serving]
        if not others:
            return
        target = others[place % len(others)]
        self.program.roll_back(source, target)
        self.withdrawn[source] |= {answer for one, (answer, _) in self.generations[source].items() if one > target}
        self.answers[source], self.served[source] = self.generations[source][target]
        self.withdrawn[source].discard(self.answers[source])
        self.publish()
        assert self.shown(source) == {row: seen.shown for row, seen in self.served[source].items()}
        self.ask(source, accept=False)

    def refresh(self, source, *, accept=False):
        provider = self.providers[source]
        text, before = provider.text(), self.answers[source]
        answer = text
        counted = len({*self.addresses(source).values()})
        report = self.program.fetched(source, text, accept=accept)
        outcome = report["outcome"]
        shrank = before is not None and report["channels"] < SHRINK_FLOOR * counted
        withdrawn = answer in self.withdrawn[source]
        if outcome == "refused":
            assert not accept
            assert shrank or withdrawn
            self.refusals[source].append(self.program.now)
            return
        assert accept or not withdrawn
        if shrank and outcome == "published" and not accept:
            assert self.program.now - self.refusals[source][0] >= PROOF_SECONDS
        self.refusals[source] = []
        self.read(source, answer)

    # Which channel is which.

    def rulings(self):
        return parse(self.program.runner.run(self.program.choices.all("identity")))

    def addresses(self, source):
        """The ids of what a source serves, by address."""
        return {
            stream.url.reveal(): channel.id
            for channel in self.program.catalog().values()
            for stream in channel.streams
            if stream.source == source
        }

    def shown(self, source):
        """The ids under which the rows of a source are in the catalog."""
        addresses = self.addresses(source)
        assert len(addresses) == sum(1 + seen.entry.variant for seen in self.served[source].values())
        return {row: addresses[next(seen.entry.addresses(source))] for row, seen in self.served[source].items()}

    def read(self, source, answer):
        """A new generation is served: each row that something still recognises is the channel that it was."""
        rulings, rows, before = self.rulings(), self.providers[source].rows, self.served[source]
        self.served[source] = {row: Seen(entry, None, "") for row, entry in rows.items()}
        shown, found = self.shown(source), {}
        for row, entry in rows.items():
            ruled = rulings._streams.get(entry.streams(source)[0])
            if ruled is not None:
                assert shown[row] == rulings.target(ruled_id(ruled)), entry
                found[row] = Seen(entry, "", shown[row])
                continue
            own = self.own(source, row, entry, before)
            shown_as = {rulings.target(one): one for one in own}
            assert not own or shown[row] in shown_as, (source, entry, shown[row], own)
            mine = shown_as.get(shown[row], shown[row] if shown[row] not in rulings._into.values() else None)
            found[row] = self.latest[source][row] = Seen(entry, mine, shown[row])
        self.served[source], self.answers[source] = found, answer
        kept, serving = self.program.generations(source)
        self.generations[source] = {one: self.generations[source].get(one) for one in kept}
        self.generations[source][serving] = (answer, found)
        self.withdrawn[source].discard(answer)

    def own(self, source, row, entry, before):
        """The ids that a row must keep, one of them: as it was read last, and as it is served."""
        known = [self.latest[source].get(row), before.get(row)]
        return {
            seen.own for seen in known if seen is not None and seen.own and self.recognised(source, row, entry, seen)
        }

    def recognised(self, source, row, entry, seen):
        if entry.tvg and entry.tvg == seen.entry.tvg:
            return True
        elsewhere = [one for other in SOURCES if other != source for one in self.served[other].values()]
        if all(one.own is not None and one.own != seen.own for one in elsewhere):
            return entry.name == seen.entry.name or entry.path == seen.entry.path
        return False

    # What the operator does.

    def a_channel(self, place):
        known = sorted({*self.program.catalog(), *self.last})
        return known[place % len(known)]

    def override(self, channel, **fields):
        document = self.program.chosen("channel").get(channel, {}) | fields
        self.program.choose("channel", channel, {key: value for key, value in document.items() if value is not None})

    @rule(place=a_place, on=st.sampled_from([True, False, None]))
    def enable(self, place, on):
        self.override(self.a_channel(place), enabled=on)

    @rule(place=a_place, name=st.sampled_from(["My name", "News", None]))
    def name(self, place, name):
        self.override(self.a_channel(place), name=name)

    @rule(place=a_place, number=st.one_of(a_number, st.none()))
    def number(self, place, number):
        self.override(self.a_channel(place), number=number)

    @rule(places=st.lists(a_place, min_size=2, max_size=3, unique=True), source=a_source)
    def merge(self, places, source):
        self.rule_on({"ruling": "merge", "channels": list(dict.fromkeys(map(self.a_channel, places)))}, source)

    @rule(kind=st.sampled_from(["split", "pin"]), source=a_source, row=a_place, place=a_place)
    def part(self, kind, source, row, place):
        rows = self.providers[source].rows
        entry = rows[sorted(rows)[row % len(rows)]]
        streams = list(entry.streams(source))
        self.rule_on({"ruling": kind, "channel": self.a_channel(place), "streams": streams}, source)

    def rule_on(self, ruling, source):
        texts = self.program.runner.run(self.program.choices.all("identity"))
        try:
            document = check(ruling, texts)
        except ActionRefused:
            return
        self.program.choose("identity", f"{self.counter:06}-{self.fresh()}", document)
        self.ask_all()

    @rule(pattern=st.sampled_from(["", "o", "^Name", "News|Two", "."]), group=st.sampled_from(["", "sport", "none"]))
    def choose_by_rules(self, pattern, group):
        programming = {"selected_categories": [group]} if group else {}
        self.program.choose("lineup", RULES, {"exclude_regex": pattern, "programming": programming})

    @rule()
    def undo(self):
        try:
            self.program.runner.run(self.program.choices.undo(who="test"))
        except ActionRefused:
            return
        self.ask_all()

    @rule()
    def redo(self):
        try:
            self.program.runner.run(self.program.choices.redo(who="test"))
        except ActionRefused:
            return
        self.ask_all()

    @precondition(lambda self: self.program.devices < 3)
    @rule()
    def another_device(self):
        self.program.devices += 1

    # Clients and time.

    @rule(device=st.integers(1, 3))
    def fetch(self, device):
        if self.lineup is None:
            return
        rows = self.lineup.by_device.get(device, ())
        self.program.runner.run(self.program.ledger.mark_served(row.number for row in rows))
        for row in rows:
            self.seen.setdefault(row.number, (row.channel.id, self.program.now))

    @rule(hours=st.sampled_from([1, 23, 25]))
    def wait(self, hours):
        self.program.clock.advance(hours * 3600.0)

    @rule()
    def a_day_with_clients(self):
        self.publish()
        for device in (1, 2, 3):
            self.fetch(device)
        self.wait(25)

    @rule()
    def restart(self):
        self.program.restart()
        self.publish()

    # What is offered.

    def publish(self):
        lineup = self.program.lineup()
        channels, overrides = self.program.catalog(), self.program.chosen("channel")
        fixed = {one: GuideNumber.parse(wish["number"]) for one, wish in overrides.items() if "number" in wish}
        self.moved |= {one for one in {*fixed, *self.fixed} if fixed.get(one) != self.fixed.get(one)}
        self.fixed = fixed
        chosen = self.check_choice(lineup, channels, overrides)
        if not lineup.channels:  # as the refresh cycle does: an empty lineup is never published
            assert not wanted(channels, self.program.rules(), overrides)
            return
        self.check_stayers(lineup, chosen)
        self.check_promises(lineup)
        for one, number in fixed.items():
            row = lineup.by_id.get(one)
            assert row is None or row.number == number or any(f"the number {number}:" in note for note in lineup.notes)
        self.lineup = lineup
        self.moved = {one for one in self.moved if one not in lineup.by_id}
        self.last |= {row.channel.id: (row.number, row.device) for row in lineup.channels}

    def check_choice(self, lineup, channels, overrides):
        """What the rules leave is offered, as far as there are places; the channels that are to be offered."""
        expected, offered = wanted(channels, self.program.rules(), overrides), {*lineup.by_id}
        assert offered <= expected
        if expected - offered:
            assert any(len(rows) == LIMIT for rows in lineup.by_device.values())
        for row in lineup.channels:
            assert row.channel.name == overrides.get(row.channel.id, {}).get("name", channels[row.channel.id].name)
        return self.program.runner.run(self.program.plans.chosen())

    def check_stayers(self, lineup, chosen):
        if self.lineup is None:
            return
        operators = {row.number for row in lineup.channels if self.fixed.get(row.channel.id) == row.number}
        for one in chosen:
            before, after = self.lineup.by_id.get(one), lineup.by_id.get(one)
            if before is None:
                continue
            assert after is not None
            assert after.device == before.device
            displaced = before.number in operators and not self.is_reserved(before.number)
            assert after.number in {before.number, self.fixed.get(one)} or one in self.moved or displaced

    def check_promises(self, lineup):
        for row in lineup.channels:
            one = row.channel.id
            if self.seen.get(row.number, (one,))[0] != one:
                assert not self.is_reserved(row.number)
                del self.seen[row.number]
            number, device = self.last.get(one, (None, None))
            if number is not None and self.is_reserved(number) and self.seen[number][0] == one:
                assert row.device == device
                assert row.number in {number, self.fixed.get(one)} or one in self.moved

    def is_reserved(self, number):
        return number in self.seen and self.program.now - self.seen[number][1] >= RESERVED_AFTER

    @invariant()
    def what_is_offered_can_be_told_apart(self):
        lineup = getattr(self, "lineup", None)
        if lineup is None:
            return
        rows = lineup.channels
        assert rows
        assert len({row.number for row in rows}) == len({row.channel.id for row in rows}) == len(rows)
        assert all(len(there) <= LIMIT for there in lineup.by_device.values())
        assert {*lineup.by_device} <= set(range(1, self.program.devices + 1))

    @invariant()
    def what_clients_saw_for_a_day_has_one_holder(self):
        for number, (one, _) in getattr(self, "seen", {}).items():
            if self.is_reserved(number):
                assert self.program.runner.run(self.program.ledger.holder(number)) == one


def run_for(examples, steps):
    """The machine as a test case of that length."""
    case = type(f"Promises{examples}x{steps}", (Promises.TestCase,), {})
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    return case


TestPromises = run_for(20, 40)
TestPromisesForLong = pytest.mark.soak(run_for(600, 80))
