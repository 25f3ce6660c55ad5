"""The command line called in this process, on protocols of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.command_line import Answer

from nmes import cli
from nmes.compose import capabilities_of
from nmes.service.preparation import Judgement, judge
from protocols.capabilities import Capabilities
from protocols.loading import load_protocol

GOOD = Path(__file__).parents[1] / "protocols" / "good"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in an empty data folder and a terminal of 80 columns."""
    monkeypatch.setenv("NMES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def nmes(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run the command line: nmes("show", "demo"). A usage error is its exit code, too."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
        said = capsys.readouterr()
        return Answer(code=code, out=said.out, err=said.err)

    return call


@pytest.fixture
def protocol(tmp_path: Path) -> Callable[..., Path]:
    """A good protocol in a file, with texts replaced: protocol("one_channel", old, new, ...)."""

    def write(name: str, *texts: str) -> Path:
        text = (GOOD / f"{name}.yaml").read_text()
        for old, new in zip(texts[::2], texts[1::2], strict=True):
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / f"{name}_{len(list(tmp_path.iterdir()))}.yaml"
        file.write_text(text)
        return file

    return write


@pytest.fixture
def hand(protocol: Callable[..., Path]) -> Path:
    """Two channels in turns after a warm-up of one, with the rests that the limits ask for."""
    rests = ("cycle_time_s: 12", "cycle_time_s: 20", "start_s: 8", "start_s: 12")
    return protocol("two_channels", *rests)


@pytest.fixture
def judged() -> Callable[..., Judgement]:
    """A protocol file judged for the RehaStim2, or for another device."""

    def make(file: Path, capabilities: Capabilities | None = None) -> Judgement:
        return judge(load_protocol(file), capabilities or capabilities_of("rehastim2"))

    return make
