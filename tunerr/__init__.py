"""IPTV Tunerr: turns messy IPTV providers into a dependable HDHomeRun tuner."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("iptv-tunerr")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
