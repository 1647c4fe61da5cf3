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

-- What was seen of streams when they were tested. The key is a hash of the URL.
CREATE TABLE stream_test (
    stream  TEXT PRIMARY KEY,
    at      REAL NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('pass', 'fail')),
    detail  TEXT NOT NULL              -- in words, without secrets
) STRICT, WITHOUT ROWID;

-- What providers said of their accounts last, as JSON of model.account.AccountStatus.
CREATE TABLE account (
    source TEXT PRIMARY KEY,
    status TEXT NOT NULL
) STRICT, WITHOUT ROWID;
