"""Exact integers of a plan into the words of a therapist: pure."""

from decimal import Decimal

from protocols.vocabulary import EvidenceGrade

GRADES = {
    EvidenceGrade.A: "randomised trials agree",
    EvidenceGrade.B: "some randomised trials, small or at odds with each other",
    EvidenceGrade.C: "small trials or laboratory work",
    EvidenceGrade.D: "practice and opinion only",
}


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which takes an s."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def plain(word: str) -> str:
    """Return a word of the vocabulary as people write it."""
    return word.replace("_", " ")


def times(number: int) -> str:
    """Return how often something is done."""
    return "once" if number == 1 else f"{number} times"


def number_text(number: float, digits: int = 4) -> str:
    """Return a number with so many significant digits, never with an exponent."""
    return f"{Decimal(f'{number:.{digits}g}'):f}"


def exact_text(number: float) -> str:
    """Return a number as a protocol may hold it, with all its digits."""
    return number_text(number, digits=10)


def seconds_text(time_us: int) -> str:
    """Return a time in seconds, exactly."""
    whole, part = divmod(time_us, 1_000_000)
    return f"{whole}.{part:06}".rstrip("0").rstrip(".") + " s"


def minutes_text(time_us: int) -> str:
    """Return a time in minutes and seconds, or in seconds if it is short; rounded to a second."""
    if time_us < 100_000_000:
        return seconds_text(time_us)
    minutes, seconds = divmod(round(time_us / 1e6), 60)
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"


def current_text(current_ua: int) -> str:
    """Return a current in mA, exactly."""
    return f"{exact_text(current_ua / 1000)} mA"


def area_text(area_mm2: int) -> str:
    """Return an area in cm², exactly."""
    return f"{exact_text(area_mm2 / 100)} cm²"


def rate_text(period_us: int) -> str:
    """Return the pulse rate that a period makes, in Hz."""
    return f"{number_text(1e6 / period_us)} Hz"
