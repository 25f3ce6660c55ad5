"""Curves packed into characters, a whole picture at a time: braille (2 x 4 dots) or ASCII. Pure.

Heights are in dots from the bottom, shape (lanes, dots); below 1 nothing is drawn.
"""

import numpy as np
from numpy.typing import NDArray

DOTS_ACROSS = 2
DOTS_DOWN = 4

_WEIGHTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint32)
_BLANK = 0x2800
_FILLED_ASCII = np.array([ord(letter) for letter in " .:+#"], dtype=np.uint32)
_OUTLINE_ASCII = np.array([ord(letter) for letter in "^--_ "], dtype=np.uint32)


def heights_of(shares: NDArray[np.float32], rows: int) -> NDArray[np.int32]:
    """Return heights in dots of shares 0 to 1. 0 is the base line, NaN is blank (0 dots)."""
    top = rows * DOTS_DOWN
    dots = np.where(shares > 0, np.clip(np.ceil(shares * top), 2, top), 1)
    return np.where(np.isnan(shares), 0, dots).astype(np.int32)


def filled(heights: NDArray[np.int32], rows: int) -> NDArray[np.bool_]:
    """Return the dots under each curve, shape (lanes, dots down, dots across), top row first."""
    return heights[:, None, :] > _levels(rows)


def outlined(heights: NDArray[np.int32], rows: int) -> NDArray[np.bool_]:
    """Return the dots of each curve's upper edge, joined where it jumps."""
    before = np.concatenate([heights[:, :1], heights[:, :-1]], axis=1)
    low = np.minimum(heights, before)[:, None, :] - 1
    high = np.maximum(heights, before)[:, None, :] - 1
    levels = _levels(rows)
    edge: NDArray[np.bool_] = (levels >= low) & (levels <= high) & (heights[:, None, :] > 0)
    return edge


def _levels(rows: int) -> NDArray[np.int32]:
    return np.arange(rows * DOTS_DOWN - 1, -1, -1, dtype=np.int32)[None, :, None]


def _cells(dots: NDArray[np.bool_]) -> NDArray[np.bool_]:
    lanes, down, across = dots.shape
    return dots.reshape(lanes, down // DOTS_DOWN, DOTS_DOWN, across // DOTS_ACROSS, DOTS_ACROSS)


def _either(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return cells[..., 0] | cells[..., 1]


def braille(dots: NDArray[np.bool_]) -> list[list[str]]:
    """Return the text rows of each lane."""
    codes = np.einsum("lrycx,yx->lrc", _cells(dots).astype(np.uint32), _WEIGHTS) + _BLANK
    return _texts(codes)


def filled_ascii(dots: NDArray[np.bool_]) -> list[list[str]]:
    """Return the text rows of each lane of a filled picture, in ASCII."""
    columns = _either(_cells(dots))
    counts = columns.sum(axis=2)
    return _texts(_FILLED_ASCII[counts])


def outlined_ascii(dots: NDArray[np.bool_]) -> list[list[str]]:
    """Return the text rows of each lane of an outline, in ASCII."""
    columns = _either(_cells(dots))
    first = np.where(columns.any(axis=2), columns.argmax(axis=2), DOTS_DOWN)
    return _texts(_OUTLINE_ASCII[first])


def _texts(codes: NDArray[np.uint32]) -> list[list[str]]:
    rows = np.ascontiguousarray(codes, dtype="<u4")
    return [[row.tobytes().decode("utf-32-le") for row in lane] for lane in rows]
