"""An Xtream panel with bad habits that are switched on by name: player_api, get.php, guide, streams with limits."""

from tunerr.lab.panel.content import Content, Film, Live, Show, showcase
from tunerr.lab.panel.quirks import QUIRKS, Quirk
from tunerr.lab.panel.usecases import XtreamPanel

__all__ = ["QUIRKS", "Content", "Film", "Live", "Quirk", "Show", "XtreamPanel", "showcase"]
