-- Films and series of panels: catalogued only. A new list is written over the old one, row by row where it differs;
-- only when all of it is there does title_list know its digest.
CREATE TABLE movie (
    source    TEXT NOT NULL,
    id        INTEGER NOT NULL,       -- the panel's stream number
    name      TEXT NOT NULL,
    category  TEXT NOT NULL,
    logo      TEXT NOT NULL,
    container TEXT NOT NULL,
    rating    REAL NOT NULL,
    added     INTEGER NOT NULL,       -- Unix seconds, 0 unknown
    tmdb      TEXT NOT NULL,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE series (
    source   TEXT NOT NULL,
    id       INTEGER NOT NULL,
    name     TEXT NOT NULL,
    category TEXT NOT NULL,
    cover    TEXT NOT NULL,
    plot     TEXT NOT NULL,
    people   TEXT NOT NULL,           -- cast and director
    genre    TEXT NOT NULL,
    released TEXT NOT NULL,           -- as the panel writes it
    rating   REAL NOT NULL,
    modified INTEGER NOT NULL,        -- Unix seconds, 0 unknown
    tmdb     TEXT NOT NULL,
    PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;

-- One row for each list of a source: when it was read last, and since when a much smaller one has been refused.
CREATE TABLE title_list (
    source        TEXT NOT NULL,
    list          TEXT NOT NULL CHECK (list IN ('movies', 'series')),
    read_at       REAL NOT NULL,      -- Unix seconds, here and below
    titles        INTEGER NOT NULL,
    digest        TEXT NOT NULL,      -- over the rows: equal lists are not stored twice
    refused_since REAL,
    PRIMARY KEY (source, list)
) STRICT, WITHOUT ROWID;
