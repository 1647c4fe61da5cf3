-- Words of titles and sub-titles; the job index-guide fills it after a guide is published.
CREATE TABLE search_text (             -- each title and sub-title once, however often it is on
    id        INTEGER PRIMARY KEY,
    title     TEXT NOT NULL,           -- in all languages, one a line
    sub_title TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search_word USING fts5 (
    title, sub_title,
    content = 'search_text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

-- Which programmes have a text. Rows of a programme that is gone are passed over, and removed with their generation.
CREATE TABLE search_row (
    generation INTEGER NOT NULL,
    text       INTEGER NOT NULL,
    xmltv_id   TEXT NOT NULL,          -- lower case
    start      INTEGER NOT NULL,
    PRIMARY KEY (generation, text, xmltv_id, start)
) STRICT, WITHOUT ROWID;

-- Generations whose programmes are all in search_row.
CREATE TABLE searchable (
    generation INTEGER PRIMARY KEY
) STRICT;
