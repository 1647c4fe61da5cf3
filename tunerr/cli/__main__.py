"""`python -m tunerr.cli`."""

from tunerr.cli.main import main

main()
