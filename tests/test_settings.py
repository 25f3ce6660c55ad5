from pathlib import Path

import platformdirs
import pytest
from pydantic import ValidationError

from nmes.settings import Settings, read_settings
from protocols.errors import RecordError


def test_sessions_are_kept_in_the_users_data_folder() -> None:
    home = Path(platformdirs.user_data_dir("nmes", appauthor=False))
    assert read_settings({}) == Settings(home=home)
    assert read_settings({}).sessions == home / "sessions"


def test_nmes_home_says_where_instead(tmp_path: Path) -> None:
    assert read_settings({"NMES_HOME": str(tmp_path)}).sessions == tmp_path / "sessions"


def test_an_empty_nmes_home_says_nothing() -> None:
    assert read_settings({"NMES_HOME": ""}) == read_settings({})


def test_a_relative_nmes_home_is_made_absolute_once() -> None:
    assert read_settings({"NMES_HOME": "records"}).home == Path.cwd() / "records"


def test_nmes_home_may_begin_with_a_tilde() -> None:
    assert read_settings({"NMES_HOME": "~/records"}).home == Path.home() / "records"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        read_settings({}).home = Path("/")  # type: ignore[misc]  # the point of the test


@pytest.mark.parametrize("below", ["", "records"])
def test_a_data_folder_that_is_a_file_is_refused_with_the_cure(tmp_path: Path, below: str) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(RecordError, match=f"{file} is a file, not a folder. Set NMES_HOME to"):
        read_settings({"NMES_HOME": str(file / below)})
