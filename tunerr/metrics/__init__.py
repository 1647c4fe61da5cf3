"""Prometheus figures, read from snapshots when somebody scrapes."""
