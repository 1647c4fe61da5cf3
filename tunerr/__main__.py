"""`python -m tunerr`."""

from tunerr.cli.main import main

main()
