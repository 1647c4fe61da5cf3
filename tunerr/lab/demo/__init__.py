"""A television provider of our own: six channels, a playlist and a guide, on loopback."""

from tunerr.lab.demo.provider import DemoProvider

__all__ = ["DemoProvider"]
