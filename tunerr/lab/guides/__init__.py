"""Guides of any size, made while they are sent, and a provider of them that fails on command."""

from tunerr.lab.guides.document import document
from tunerr.lab.guides.faults import GUIDE_FAULTS, GuideFault
from tunerr.lab.guides.shape import Flaw, Shape
from tunerr.lab.guides.state import Asked
from tunerr.lab.guides.usecases import GuideProvider

__all__ = ["GUIDE_FAULTS", "Asked", "Flaw", "GuideFault", "GuideProvider", "Shape", "document"]
