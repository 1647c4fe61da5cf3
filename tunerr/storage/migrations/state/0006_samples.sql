-- The program in figures, one row a minute for 24 hours (model.samples.Sample), so that a restart keeps the history.
CREATE TABLE sample (
    at                INTEGER PRIMARY KEY, -- Unix seconds: the end of the minute
    ready             INTEGER NOT NULL,
    tuners            INTEGER NOT NULL,    -- in use
    viewers           INTEGER NOT NULL,
    bits_per_second   INTEGER NOT NULL,    -- to viewers
    slots             INTEGER NOT NULL,    -- streams open at providers
    slot_limit        INTEGER,             -- NULL here and below: not known
    channels          INTEGER NOT NULL,
    guide_linked      REAL,                -- percent of the channels
    guide_real        REAL,
    starts            INTEGER NOT NULL,    -- in this minute, as all below
    starts_failed     INTEGER NOT NULL,
    picture_ms        INTEGER,
    interruptions     INTEGER NOT NULL,
    repaired          INTEGER NOT NULL,
    continuity_errors INTEGER NOT NULL,
    lag_ms            REAL NOT NULL        -- of the event loop, 99th percentile
) STRICT;

-- What happened lately (model.happening.Happening); what operators did is in `audit`.
CREATE TABLE happening (
    id      INTEGER PRIMARY KEY,
    at      REAL NOT NULL,                 -- Unix seconds
    kind    TEXT NOT NULL,
    outcome TEXT NOT NULL,
    title   TEXT NOT NULL,
    message TEXT NOT NULL,
    detail  TEXT NOT NULL,
    actor   TEXT NOT NULL,
    link    TEXT NOT NULL
) STRICT;
