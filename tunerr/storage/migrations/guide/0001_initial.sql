-- What is on. Only the worker writes this file.
CREATE TABLE generation (
    id         INTEGER PRIMARY KEY,
    source     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('building', 'published', 'superseded')),
    built_at   REAL NOT NULL,
    channels   INTEGER NOT NULL DEFAULT 0,
    programmes INTEGER NOT NULL DEFAULT 0,
    report     TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX generation_by_source ON generation (source, state);

CREATE TABLE programme (
    generation INTEGER NOT NULL,
    xmltv_id   TEXT NOT NULL,         -- lower case
    start      INTEGER NOT NULL,      -- Unix seconds
    stop       INTEGER NOT NULL,      -- Unix seconds; 0 is "not stated", in a generation that is being built
    body       BLOB NOT NULL,         -- the children of <programme> as valid XML, in DTD order
    PRIMARY KEY (generation, xmltv_id, start)
) STRICT, WITHOUT ROWID;
