"""Which pads were placed and ticked, before arming: state of the placement screen, no drawing."""

from nmes.link.messages import Prepare, Prepared
from tui import texts
from tui.terminal import MIN_HEIGHT, MIN_WIDTH

TICKS_PER_CHANNEL = 3


class Placement:
    """One page per channel and a last page with the check of the plan."""

    def __init__(self) -> None:
        self._plan: tuple[str, tuple[int, ...]] | None = None
        self._ticks: dict[int, set[int]] = {}
        self.page = 0
        self.cursor = 0

    def follow(self, prepared: Prepared) -> None:
        """Begin anew if this is another plan; a side chosen meanwhile keeps the other ticks."""
        plan = (prepared.protocol_id, tuple(channel.number for channel in prepared.channels))
        if plan != self._plan:
            self.begin()
            self._plan = plan
            self._ticks = {number: set() for number in plan[1]}

    def begin(self) -> None:
        """Forget all ticks: a new session is placed anew."""
        self._plan, self._ticks, self.page, self.cursor = None, {}, 0, 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """The channels, in order of their pages."""
        return tuple(self._ticks)

    @property
    def number(self) -> int | None:
        """The channel of this page; None on the last page."""
        return self.numbers[self.page] if self.page < len(self.numbers) else None

    @property
    def is_check_page(self) -> bool:
        """Whether this is the last page, from which arming is possible."""
        return self.number is None

    def turn(self, pages: int) -> None:
        """Go to another page."""
        self.page = max(0, min(len(self.numbers), self.page + pages))
        self.cursor = 0

    def move(self, rows: int) -> None:
        """Go to another line of the page: a tick, or a line of the check."""
        last = 10_000 if self.is_check_page else TICKS_PER_CHANNEL - 1
        self.cursor = max(0, min(last, self.cursor + rows))

    def is_ticked(self, number: int, tick: int) -> bool:
        """Tell whether that line of that channel is ticked."""
        return tick in self._ticks[number]

    def toggle(self) -> None:
        """Tick or untick the line, and go on to the next line when ticked."""
        if self.number is None:
            return
        self._ticks[self.number] ^= {self.cursor}
        if self.is_ticked(self.number, self.cursor):
            self.move(1)

    def untick(self, number: int) -> None:
        """Ask every line of a channel again."""
        self._ticks[number] = set()
        self.cursor = 0

    def open_ticks(self, number: int) -> int:
        """Return how many lines of a channel are still to be ticked."""
        return TICKS_PER_CHANNEL - len(self._ticks[number])

    def needs(self, prepared: Prepared, *, window_is_small: bool) -> list[str]:
        """Return what is missing before arming, in words; nothing means ready."""
        needs = []
        unticked = [number for number in self.numbers if self.open_ticks(number)]
        if unticked:
            needs.append(texts.NEED_TICKS.format(numbers=_listed(unticked)))
        open_sides = [channel.number for channel in prepared.channels if channel.side_is_open]
        if open_sides:
            needs.append(texts.NEED_SIDES.format(numbers=_listed(open_sides)))
        if any(finding.severity == "error" for finding in prepared.findings):
            needs.append(texts.NEED_NO_ERRORS)
        if window_is_small:
            needs.append(texts.NEED_WINDOW.format(width=MIN_WIDTH, height=MIN_HEIGHT))
        return needs


def may_choose_side(prepared: Prepared, asked: Prepare | None, number: int) -> bool:
    """Tell whether the protocol leaves the side of this channel to the operator."""
    if asked is not None and asked.screening is not None:
        return False  # the answers are about that side
    if asked is not None and number in asked.sides:
        return True
    return any(c.number == number and c.side_is_open for c in prepared.channels)


def with_side(asked: Prepare, number: int, side: str) -> Prepare:
    """Return what was asked, with the side of one channel chosen."""
    return asked.model_copy(update={"sides": {**asked.sides, number: side}})


def _listed(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers)
