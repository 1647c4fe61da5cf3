"""Real media for tests and measurements: short clips that ffmpeg encodes once and that are sent as endless streams."""

from tunerr.lab.media.broadcast import Broadcast
from tunerr.lab.media.clip import SLOTS_PER_SECOND, Clip
from tunerr.lab.media.formats import FORMATS
from tunerr.lab.media.library import MediaLibrary, default_folder

__all__ = ["FORMATS", "SLOTS_PER_SECOND", "Broadcast", "Clip", "MediaLibrary", "default_folder"]
