"""Readers: each turns one kind of upstream into transport stream bytes. `opener.StreamOpener` chooses."""
