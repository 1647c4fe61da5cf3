-- What the operator staged and has not published: a row for each channel and each rule that would change.
CREATE TABLE draft (
    kind  TEXT NOT NULL,               -- channel, rule
    key   TEXT NOT NULL,               -- the id of the channel, the name of the rule
    value TEXT NOT NULL,               -- JSON: the fields of the channel that change, the value of the rule; null takes
                                       -- a field or rule back to what it is without the operator
    who   TEXT NOT NULL,
    at    REAL NOT NULL,               -- Unix seconds
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
