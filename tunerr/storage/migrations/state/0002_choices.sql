-- What the operator chose: sources, channel overrides, rulings on identity, lineup rules. One row for each choice, its
-- value a JSON document of the kind's own model.
CREATE TABLE choice (
    kind  TEXT NOT NULL,               -- source, channel, identity, lineup
    key   TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- What an act changed, as JSON [[kind, key, before, after], …], so that it can be undone; '[]' where nothing can.
ALTER TABLE audit ADD COLUMN changes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE audit ADD COLUMN undone_by INTEGER;

-- The virtual device that offers the number; 1 is the device itself.
ALTER TABLE number ADD COLUMN device INTEGER NOT NULL DEFAULT 1;

-- Numbers whose channel has another one now, because the operator gave it another. They belong to it as before.
CREATE TABLE former_number (
    number          TEXT PRIMARY KEY,
    channel_id      TEXT NOT NULL,
    first_served_at REAL,              -- Unix seconds; NULL when no client has seen the channel under it
    home            INTEGER NOT NULL   -- 1: the channel goes back to it when the operator takes its own number back
) STRICT, WITHOUT ROWID;

-- From here on `absent_since` of a number is the time at which its channel left the lineup, for whatever reason.

-- What a test of a stream found, and since when it has been failing; a failure counts when a later one confirms it.
CREATE TABLE stream_test (
    stream        TEXT PRIMARY KEY,    -- catalog.keys.stream_key: a hash of the source and the URL
    at            REAL NOT NULL,       -- Unix seconds
    finding       TEXT NOT NULL,       -- model.stream_test.Finding
    words         TEXT NOT NULL,       -- without secrets
    failing_since REAL                 -- NULL after a pass
) STRICT, WITHOUT ROWID;

-- What providers said of their accounts last, as JSON of model.account.AccountStatus.
CREATE TABLE account (
    source TEXT PRIMARY KEY,
    status TEXT NOT NULL
) STRICT, WITHOUT ROWID;
