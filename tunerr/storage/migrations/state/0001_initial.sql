-- Small facts that must never be lost. Only the server writes this file.
CREATE TABLE fact (
    name  TEXT PRIMARY KEY,           -- device_id, tuner_count, session_key …
    value TEXT NOT NULL
) STRICT;

-- The number ledger. A row outlives its channel once a client has seen the number for 24 hours.
CREATE TABLE number (
    number          TEXT PRIMARY KEY,
    channel_id      TEXT NOT NULL UNIQUE,
    source          TEXT NOT NULL,    -- with the three keys below: how the channel is recognised if the catalog is lost
    tvg_id          TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    path_id         TEXT NOT NULL,
    assigned_at     REAL NOT NULL,    -- Unix seconds, here and below
    first_served_at REAL,             -- first fetch by a client other than ourselves
    absent_since    REAL              -- NULL while the channel is in the catalog
) STRICT;

CREATE TABLE favorite (
    channel_id TEXT PRIMARY KEY,
    since      REAL NOT NULL
) STRICT;

CREATE TABLE operator (
    name          TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,      -- argon2id, PHC string
    changed_at    REAL NOT NULL
) STRICT;

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      REAL NOT NULL,
    who     TEXT NOT NULL,
    act     TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;

-- What is known of each source: its last outcome and the validators for the next conditional request.
CREATE TABLE source (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('playlist', 'guide')),
    url_hash      TEXT NOT NULL,      -- validators belong to this URL only
    etag          TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    status        TEXT NOT NULL       -- SourceStatus as JSON
) STRICT;
