"""The stream: session, upstream readers, TS inspection, ring, viewers, leases."""
