"""Where channels come from. Parsers without I/O: text in, entries out."""
