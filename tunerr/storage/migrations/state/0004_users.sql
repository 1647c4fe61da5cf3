-- The user of the settings is an administrator whatever stands here; rows of earlier ones, who could not log in any
-- more, must not be.
ALTER TABLE operator ADD COLUMN role TEXT NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'operator', 'admin'));
ALTER TABLE operator ADD COLUMN created_at REAL NOT NULL DEFAULT 0;  -- Unix seconds
UPDATE operator SET created_at = changed_at;

-- What programs show instead of a password. The token itself is not kept.
CREATE TABLE api_token (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: a page that is open still names the old one
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE,               -- SHA-256, hexadecimal
    scopes       TEXT NOT NULL,                      -- words parted by spaces
    owner        TEXT NOT NULL,                      -- operator.name, or the user of the settings, who may have no row
    created_at   REAL NOT NULL,
    expires_at   REAL,                               -- NULL: never
    last_used_at REAL                                -- NULL: never; exact to a minute
) STRICT;
