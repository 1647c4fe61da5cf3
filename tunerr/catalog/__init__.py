"""One truth about channels: ingest, identity, shrink guard, refresh; the server reads published generations."""
