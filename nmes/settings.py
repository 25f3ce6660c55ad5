"""Where this installation keeps what it writes."""

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict

HOME_VARIABLE = "NMES_HOME"


class Settings(BaseModel):
    """What holds for every session on this computer. `home` is an absolute folder."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    home: Path

    @property
    def sessions(self) -> Path:
        """The folder of session journals; it need not exist yet."""
        return self.home / "sessions"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings in force: NMES_HOME if it is set, the user's data folder otherwise."""
    chosen = environment.get(HOME_VARIABLE)
    if chosen:
        return Settings(home=Path(chosen).expanduser().absolute())
    return Settings(home=platformdirs.user_data_path("nmes", appauthor=False))
