-- What the lineup rules decided. A plan without `complete` is unfinished and dies at the next job; the newest complete
-- one is in force.
CREATE TABLE plan (
    id       INTEGER PRIMARY KEY,
    made_at  REAL NOT NULL,            -- Unix seconds
    complete INTEGER NOT NULL DEFAULT 0,
    summary  TEXT NOT NULL DEFAULT '{}'   -- JSON of lineup.plan.Summary
) STRICT;

CREATE VIEW planned AS SELECT id AS plan FROM plan WHERE complete = 1 ORDER BY id DESC LIMIT 1;

CREATE TABLE plan_decision (
    plan         INTEGER NOT NULL,
    channel_id   TEXT NOT NULL,
    kept         INTEGER NOT NULL,
    place        INTEGER NOT NULL,     -- in the lineup, or before the stage that left it out; from 1
    stage        TEXT NOT NULL,
    reason       TEXT NOT NULL,        -- in words for the operator
    name         TEXT NOT NULL,        -- name and group as the rules saw them
    group_title  TEXT NOT NULL,
    source       TEXT NOT NULL,
    into_channel TEXT NOT NULL,        -- the kept channel that it is a backup of, or empty
    number       TEXT NOT NULL,        -- the guide number that the rules let it want, or empty
    PRIMARY KEY (plan, channel_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX plan_chosen ON plan_decision (plan, place) WHERE kept = 1;
CREATE INDEX plan_backup ON plan_decision (plan, into_channel) WHERE into_channel <> '';

CREATE TABLE plan_group (
    plan     INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    id       TEXT NOT NULL,            -- what a programming recipe calls it
    title    TEXT NOT NULL,
    source   TEXT NOT NULL,
    channels INTEGER NOT NULL,
    chosen   INTEGER NOT NULL,         -- those of them that are offered
    PRIMARY KEY (plan, place)
) STRICT, WITHOUT ROWID;

CREATE VIEW decided AS
    SELECT plan_decision.* FROM planned JOIN plan_decision ON plan_decision.plan = planned.plan;
CREATE VIEW counted AS SELECT plan_group.* FROM planned JOIN plan_group ON plan_group.plan = planned.plan;
