"""One function per operator act: deck and command line call it, nobody else changes state."""
