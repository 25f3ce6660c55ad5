"""What is wrong with a text that is no YAML, told to people who do not know YAML's grammar."""

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from protocols.errors import Problem

_QUOTE_NOT_CLOSED = (
    "a quotation mark that is never closed",
    "Close the text with the same mark, ' or \".",
)
_REFERENCE = ("a value that begins with & or *", "Put the text in quotes.")
_PERCENT_LINE = ("a line that begins with %", "Remove it.")

_WORDING = (
    # part of the parser's message, what was found, how to mend it
    (
        "mapping values are not allowed",
        "a colon where no field can begin",
        "Put a text that holds a colon in quotes, and let the fields of one group begin in "
        "the same column.",
    ),
    (
        "could not find expected ':'",
        "a line without a colon after its field name",
        "Write it as name: value, or indent it deeper if it continues the text above.",
    ),
    (
        "sequence entries are not allowed",
        "a list entry where none can begin",
        "Begin the list on a line of its own below its field name.",
    ),
    (
        "expected <block end>",
        "a line that does not line up with the lines above it",
        "Let the fields of one group, and the dashes of one list, begin in the same column; look "
        "also for a quotation mark above that is not closed.",
    ),
    (
        "expected ',' or ']'",
        "a list in [ ] that is not closed or lacks a comma",
        "Put commas between the entries and ] at the end.",
    ),
    (
        "expected ',' or '}'",
        "a group in { } that is not closed or lacks a comma",
        "Put commas between the fields and } at the end; put texts with commas in quotes.",
    ),
    ("unexpected end of stream", *_QUOTE_NOT_CLOSED),
    ("unexpected document separator", *_QUOTE_NOT_CLOSED),
    (
        "escape",
        "a backslash in a text in double quotes",
        "Put the text in single quotes.",
    ),
    (
        r"character '\t'",
        "a tab before a value",
        "Replace the tab by a blank.",
    ),
    (
        "cannot start any token",
        "a character that no value can begin with",
        "Put the text in quotes.",
    ),
    (
        "block scalar",
        "a text block (| or >) that cannot be read",
        "Write only | or > or >- after the colon, and indent all lines of the text alike.",
    ),
    ("scanning an anchor", *_REFERENCE),
    ("scanning an alias", *_REFERENCE),
    (
        "undefined tag handle",
        "a ! mark before a value",
        "Remove the mark, or put the text in quotes if it belongs to it.",
    ),
    (
        "document start",
        "a text where a field should begin",
        "Write it as name: value.",
    ),
    ("directive", *_PERCENT_LINE),
    ("incompatible YAML document", *_PERCENT_LINE),
)


def syntax_problem(error: MarkedYAMLError | ReaderError, text: str, kind: str) -> Problem:
    """Return the problem for what the YAML parser could not read in a text of this kind."""
    line, column = _where(error, text)
    found, cure = _what(error, kind)
    return Problem(
        line=line,
        column=column,
        field="file",
        found=found,
        allowed=f"a {kind} is YAML, lines of name: value indented with blanks",
        cure=cure,
    )


def _where(error: MarkedYAMLError | ReaderError, text: str) -> tuple[int, int]:
    if isinstance(error, ReaderError):
        before = text[: error.position]
        return before.count("\n") + 1, len(before) - before.rfind("\n")
    is_opened = any(word in str(error.context) for word in ("quoted", "flow"))
    opened_at = error.context_mark if is_opened else None
    mark = opened_at or error.problem_mark or error.context_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _what(error: MarkedYAMLError | ReaderError, kind: str) -> tuple[str, str]:
    if isinstance(error, ReaderError):
        return f"the invisible character U+{error.character:04X}", "Remove it."
    message = f"{error.context} {error.problem}"
    for part, found, cure in _WORDING:
        if part in message:
            return found, cure
    return "something that cannot be read", f"Compare this line with that of a good {kind}."
