"""What an Xtream panel's player_api says. Parsers without I/O: bytes in, values out."""
