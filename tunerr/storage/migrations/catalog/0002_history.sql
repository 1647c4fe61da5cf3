-- What is served is said by a row of its own, so that an older generation can be served again; entries name their
-- channel by its first entry, so that only further entries need an index.
CREATE TABLE served_generation (
    source     TEXT PRIMARY KEY,
    generation INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO served_generation SELECT source, generation FROM served;
DROP VIEW served;
ALTER TABLE served_generation RENAME TO served;

-- Hash over the documents that it was read from; empty for one that an earlier version wrote.
ALTER TABLE generation ADD COLUMN documents TEXT NOT NULL DEFAULT '';

-- Hash of who was asked: another provider under the same name is judged afresh.
ALTER TABLE generation ADD COLUMN provider TEXT NOT NULL DEFAULT '';

-- Hash over the operator's rulings on identity that it was made with.
ALTER TABLE generation ADD COLUMN ruled TEXT NOT NULL DEFAULT '';

-- When it was last made the one that is served: what was served last is dropped from history last.
ALTER TABLE generation ADD COLUMN served_at REAL NOT NULL DEFAULT 0;

-- Answers that the operator took back: the same ones are not published again by themselves.
CREATE TABLE withdrawn (
    source TEXT NOT NULL,
    digest TEXT NOT NULL,
    at     REAL NOT NULL,
    PRIMARY KEY (source, digest)
) STRICT, WITHOUT ROWID;

ALTER TABLE channel RENAME TO old_channel;
ALTER TABLE entry RENAME TO old_entry;
DROP INDEX channel_by_id;
DROP INDEX entry_by_channel;

-- A channel of a generation. `ordinal` is that of its first entry, whose name and group it shows.
CREATE TABLE channel (
    generation  INTEGER NOT NULL,
    channel_id  TEXT NOT NULL,
    ordinal     INTEGER NOT NULL,
    name        TEXT NOT NULL,
    group_title TEXT NOT NULL,
    addresses   INTEGER NOT NULL,     -- checksum over the URLs of its entries
    PRIMARY KEY (generation, channel_id)
) STRICT, WITHOUT ROWID;

-- Of a channel that is made by a merge or pin: the ids that its parts were recognised by. Of all others there is none.
CREATE TABLE recognised (
    generation INTEGER NOT NULL,
    natural_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    PRIMARY KEY (generation, natural_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recognised_by_shown ON recognised (generation, channel_id);

CREATE TABLE entry (
    generation   INTEGER NOT NULL,
    ordinal      INTEGER NOT NULL,    -- place in the playlist
    first        INTEGER NOT NULL,    -- channel.ordinal
    name         TEXT NOT NULL,
    tvg_id       TEXT NOT NULL,
    group_title  TEXT NOT NULL,
    logo         TEXT NOT NULL,
    chno         TEXT NOT NULL,       -- canonical guide number or empty
    radio        INTEGER NOT NULL,
    url          TEXT NOT NULL,
    zone         INTEGER NOT NULL,    -- model.url.Zone of the document that named the URL
    headers      TEXT NOT NULL,       -- JSON array of [name, value]
    country      TEXT NOT NULL,       -- ISO 3166 alpha-2 in small letters, or empty
    archive_days INTEGER NOT NULL,
    archive      TEXT NOT NULL,       -- how catch-up is asked for; empty without
    PRIMARY KEY (generation, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_further ON entry (generation, first) WHERE ordinal <> first;

-- History from before could not be served again, so it is not carried over.
INSERT INTO channel
    SELECT generation, channel_id, ordinal, name, group_title, addresses
    FROM old_channel WHERE generation IN (SELECT generation FROM served);
INSERT INTO entry
    SELECT entry.generation, entry.ordinal, channel.ordinal, entry.name, entry.tvg_id, entry.group_title, entry.logo,
        entry.chno, entry.radio, entry.url, entry.zone, entry.headers, '', 0, ''
    FROM old_entry AS entry
    JOIN old_channel AS channel ON channel.generation = entry.generation AND channel.number = entry.channel
    WHERE entry.generation IN (SELECT generation FROM served);
DROP TABLE old_entry;
DROP TABLE old_channel;
DELETE FROM generation WHERE id NOT IN (SELECT generation FROM served);

-- Every key a channel was ever recognised by, one row for all of a kind and scope (empty for tvg ids, else the source):
-- as arrays a million of them are read, compared and written in milliseconds. `catalog.known.Known` says what `keys` is.
ALTER TABLE identity RENAME TO old_identity;
CREATE TABLE identity (
    kind  TEXT NOT NULL,
    scope TEXT NOT NULL,
    keys  BLOB NOT NULL,
    PRIMARY KEY (kind, scope)
) STRICT;
INSERT INTO identity SELECT kind, scope, packed_keys(key, channel_id, learned_at) FROM old_identity GROUP BY 1, 2;
DROP TABLE old_identity;
