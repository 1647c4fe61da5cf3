"""How many sockets and files the program may hold."""

from __future__ import annotations

import contextlib
import resource


def raise_descriptor_limit() -> None:
    """Use all descriptors that the system grants: many start programs with 1024, which idle clients can use up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):  # a hard limit of "infinity" may exceed what the kernel allows
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
