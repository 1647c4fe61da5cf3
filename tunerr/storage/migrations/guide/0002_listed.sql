-- All channels that a guide lists, wanted or not, so that a new lineup can look for its channels without the document.
CREATE TABLE listed (
    generation INTEGER NOT NULL,
    xmltv_id   TEXT NOT NULL,         -- lower case
    id         TEXT NOT NULL,         -- as the guide writes it
    names      TEXT NOT NULL,         -- JSON array: its display-names
    numbers    TEXT NOT NULL,         -- JSON array: lcn, and display-names that are bare numbers
    icon       TEXT NOT NULL,
    programmes INTEGER NOT NULL,      -- rows in the document
    first      INTEGER NOT NULL,      -- Unix seconds; 0 where programmes were only counted
    last       INTEGER NOT NULL,
    stored     INTEGER NOT NULL,      -- 1: its programmes, as far as it has any, are in the table programme
    PRIMARY KEY (generation, xmltv_id)
) STRICT, WITHOUT ROWID;

-- Where channels were found: remembered, so that a channel or a guide may be renamed.
CREATE TABLE match (
    source     TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    xmltv_id   TEXT NOT NULL,         -- as the guide writes it
    method     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    shift      INTEGER NOT NULL,
    found_at   REAL NOT NULL,         -- Unix seconds, of the last time
    PRIMARY KEY (source, channel_id)
) STRICT, WITHOUT ROWID;

-- How the source's times were moved (see model.source.Programmes): rows moved otherwise are not carried over.
ALTER TABLE generation ADD COLUMN shift TEXT NOT NULL DEFAULT '';
