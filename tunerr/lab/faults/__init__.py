"""A television provider that breaks on command: real transport streams and HLS whose faults are armed at run time."""

from tunerr.lab.faults.hls import Shape
from tunerr.lab.faults.state import Account, Fired, Request
from tunerr.lab.faults.usecases import Channel, FaultProvider
from tunerr.lab.faults.vocabulary import FAULTS, Fault

__all__ = ["FAULTS", "Account", "Channel", "Fault", "FaultProvider", "Fired", "Request", "Shape"]
