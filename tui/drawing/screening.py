"""The pages of the screening screen: the questions as a plain list, and what follows from them."""

from nmes.link.messages import ScreeningFinding
from tui import texts
from tui.lines import Line, fit, fit_line, line, spread, wrapped
from tui.screening import Row, Screening

_INDENT = 8
_FINDING_INDENT = 20
_STYLES = {"block": "alarm", "acknowledge": "warn", "warn": "warn"}


def screening_title(patient: str, screening: Screening, width: int) -> Line:
    """Return who is asked, and how many lines are answered."""
    rows = screening.rows
    title = texts.SCREENING_TITLE.format(patient=patient)
    count = texts.SCREENING_COUNT.format(
        done=len(rows) - screening.open_count, planned=len(rows), open=screening.open_count
    )
    return spread(line((f" {title}", "bold")), line((f"{count} ", "bold")), width)


def question_lines(screening: Screening, width: int, height: int) -> list[Line]:
    """Return the list of questions, scrolled so that the one under the cursor is seen whole."""
    blocks = [
        _row_lines(row, width, is_here=index == screening.cursor)
        for index, row in enumerate(screening.rows)
    ]
    return _in_view(blocks, screening.cursor, height)


def _row_lines(row: Row, width: int, *, is_here: bool) -> list[Line]:
    box = texts.REPLY_BOXES[row.reply or ""]
    text = row.text if row.question is not None else _side_text(row)
    texts_of_row = wrapped(text, width - _INDENT - 1)
    style = "chosen" if is_here else ("" if row.reply is None else "dim")
    mark = ">" if is_here else " "
    first = fit(f" {mark}{box:<5} {texts_of_row[0]}", width)
    rest = [fit(" " * _INDENT + more, width) for more in texts_of_row[1:]]
    return [line((part, style)) for part in (first, *rest)]


def _side_text(row: Row) -> str:
    side = row.reply.upper() if row.reply else texts.SIDE_IS_OPEN
    return texts.SIDE_OF.format(number=row.channel, name=row.text, side=side)


def finding_lines(screening: Screening, width: int, height: int) -> list[Line]:
    """Return what follows from the answers, the most severe first."""
    if not screening.findings:
        return [line(), line(f"   {texts.NO_SCREENING_FINDINGS}")]
    blocks = [
        _finding_block(screening, finding, width, is_here=index == screening.cursor)
        for index, finding in enumerate(screening.findings)
    ]
    return _in_view(blocks, screening.cursor, height)


def _finding_block(
    screening: Screening, finding: ScreeningFinding, width: int, *, is_here: bool
) -> list[Line]:
    listed = ", ".join(map(str, finding.channels))
    where = texts.FINDING_CHANNELS.format(numbers=listed) if listed else ""
    note = screening.note(finding.item)
    what = f"{where}{finding.item.removeprefix('protocol.').replace('_', ' ')}: {finding.why}"
    follows = finding.cure
    if note is not None and finding.decision == "acknowledge":
        follows = texts.WRITTEN_BY.format(name=note.clinician, text=note.text)
    says = f"{what} {follows}"
    rows = wrapped(says, width - _FINDING_INDENT - 1)
    word = texts.DECISION_WORDS[finding.decision, finding.is_open]
    style = _STYLES[finding.decision] if finding.is_open else ""
    mark = ">" if is_here else " "
    first = line(f" {mark} ", (f"{word:<16}", style), f" {rows[0]}")
    rest = [line(" " * _FINDING_INDENT + row) for row in rows[1:]]
    return [fit_line(row, width, "chosen" if is_here else "") for row in (first, *rest)]


def state_line(screening: Screening, width: int) -> Line:
    """Return what is needed before the pads, or that nothing is."""
    blocks = sum(f.is_open and f.decision == "block" for f in screening.findings)
    notes = sum(f.is_open and f.decision == "acknowledge" for f in screening.findings)
    if screening.open_count:
        text = texts.SCREENING_OPEN.format(open=screening.open_count)
        return fit_line(line((f" {text}", "warn")), width)
    if blocks:
        return fit_line(line((f" {texts.SCREENING_BLOCKED.format(blocks=blocks)}", "alarm")), width)
    if notes:
        return fit_line(line((f" {texts.SCREENING_NOTES.format(notes=notes)}", "warn")), width)
    words = texts.SCREENING_PASSED if screening.is_passed else texts.ASKED_SCREENING
    return fit_line(line((f" {words}", "bold")), width)


def about_line(row: Row | None, width: int) -> Line:
    """Return what an answer to the question under the cursor would mean."""
    if row is None or row.question is None:
        return line()
    question = row.question
    where = ", ".join(map(str, question.channels))
    means = texts.DECISION_MEANS[question.decision].format(answer=question.matters_if)
    if question.cap_percent < 100:
        means += texts.CAP_LEFT.format(percent=question.cap_percent)
    place = texts.ASKED_FOR_CHANNELS.format(numbers=where) if where else ""
    return fit_line(line((f" {place}{means}", "dim")), width)


def _in_view(blocks: list[list[Line]], cursor: int, height: int) -> list[Line]:
    """Return the lines that fit, the block of the cursor whole among them, with marks of more."""
    above = sum(len(block) for block in blocks[:cursor])
    here = len(blocks[cursor]) if cursor < len(blocks) else 0
    lines = [styled for block in blocks for styled in block]
    first = max(0, min(above - (height - here) // 2, len(lines) - height))
    shown = lines[first : first + height]
    if first > 0 and above > first:
        shown[0] = line((f"   ... {texts.MORE_ABOVE}", "dim"))
    if first + height < len(lines):
        shown[-1] = line((f"   ... {texts.MORE_BELOW}", "dim"))
    return shown
