"""The bulk child: parses, matches, writes SQLite, renders; started by exec, ends with its parent."""
