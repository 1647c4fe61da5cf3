-- What a channel was seen to carry when it was played last. One row for each channel that was ever played.
CREATE TABLE carried (
    channel_id TEXT PRIMARY KEY,
    video      TEXT NOT NULL,          -- codecs by the names of gateway.psi; empty for unknown
    audio      TEXT NOT NULL,
    width      INTEGER NOT NULL,       -- pixels; 0 for unknown
    height     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
