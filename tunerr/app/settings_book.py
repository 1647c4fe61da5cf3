"""The settings in force: those that were set where the program was started, and below them the operator's."""

from __future__ import annotations

import orjson

from tunerr.config.loader import Loaded, choose
from tunerr.config.sections import Settings
from tunerr.storage.choices import Choices
from tunerr.support.snapshot import Published


class SettingsBook:
    """Publishes the settings; what the operator chose is text by name, as one would write it in the environment."""

    def __init__(self, *, loaded: Loaded, choices: Choices) -> None:
        """`loaded`: what was set where the program was started, which nobody can change here."""
        self.loaded = loaded
        """With the choices, as they were read last."""
        self.in_force: Published[Settings] = Published(loaded.settings)
        self._choices = choices

    async def load(self) -> None:
        """Read the operator's choices again and publish what follows. Raises StorageError."""
        chosen = {name: str(orjson.loads(text)) for name, text in (await self._choices.all("setting")).items()}
        self.loaded = choose(self.loaded, chosen)
        self.in_force.publish(self.loaded.settings)
