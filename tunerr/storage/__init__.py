"""SQLite: one writer per file, numbered migrations, one lock on the data folder."""
