"""Where this installation keeps what it writes."""

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict

from protocols.errors import RecordError

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
    """Return the settings in force: NMES_HOME if it is set, the user's data folder otherwise.

    RecordError if NMES_HOME leads to a file; it need not exist yet.
    """
    chosen = environment.get(HOME_VARIABLE)
    if chosen:
        home = Path(chosen).expanduser().absolute()
        _refuse_file(home)
        return Settings(home=home)
    return Settings(home=platformdirs.user_data_path("nmes", appauthor=False))


def _refuse_file(home: Path) -> None:
    try:
        there = next(path for path in (home, *home.parents) if path.exists())
    except OSError:
        return  # it may not be looked at: said by whoever needs it
    if there.is_dir():
        return
    raise RecordError(
        f"{HOME_VARIABLE} is {home}, but {there} is a file, not a folder. "
        f"Set {HOME_VARIABLE} to a folder, or unset it for the usual one."
    )
