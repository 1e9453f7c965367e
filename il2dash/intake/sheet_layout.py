"""Where tables stand on a sheet that a person made: below a title, under two rows of names, beside or below another.

Only what reads in one way is read: merged cells whose value holds for each row or column that they span, and tables
that empty rows or columns part. What was found is said in notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from il2dash.study.sheet_scan import cell_name
from il2dash.study.values import MISSING_TEXTS, numbers_of
from il2dash.study.workbook_rows import MergedRange

FIRST_ROWS = 60
"""Among which the names of the columns are looked for."""
_SHARE = 0.6  # of the cells that a full row has, a row of names has at least
_LEAST_COLUMNS = 3  # a note below a table fills one cell of it; with two columns that can't be told

Rows = list[list[str]]


@dataclass(slots=True, kw_only=True)
class TableArea:
    """A table on a sheet.

    Parameters
    ----------
    header_row : int
        The row in the sheet with the names, counted from 1; of two rows of names the lower one.
    rows : list of list of str
        The names, joined where they stand in two rows, and every row below them.
    left, first : int
        Its first column and the first row of its names, counted from 1.
    notes : list of str
        What was decided, as sentences.
    """

    header_row: int
    rows: Rows
    left: int = 1
    first: int = 1
    notes: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where it begins, as the sheet calls the cell."""
        return cell_name(self.first - 1, self.left - 1)


def unnamed_note(rows: Rows, *, left: int = 1) -> tuple[str, ...]:
    """Say which columns were left out because nothing stands above their cells; empty columns need no word."""
    header = rows[0] if rows else []
    unnamed = [
        place
        for place, name in enumerate(header)
        if not name.strip() and any(place < len(row) and row[place].strip() for row in rows[1:])
    ]
    if not unnamed:
        return ()
    places = ", ".join(str(left + place) for place in unnamed)
    return (f"Columns without a name were left out: {places}, counted from the left.",)


def table_areas(rows: Rows, merged: Sequence[MergedRange] = ()) -> tuple[list[TableArea], list[MergedRange]]:
    """Return the tables of a sheet, from its first, and the merged ranges that can't be read in one way."""
    width = max(map(len, rows), default=0)
    if not width:
        return [TableArea(header_row=1, rows=rows)], list(merged)
    level = [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    areas: list[TableArea] = []
    unread: list[MergedRange] = []
    there = [one.within(height=len(level), width=width) for one in merged if one.top < len(level) and one.left < width]
    if sum((one.bottom - one.top + 1) * len(one.columns) for one in there) > len(level) * width:
        unread, there = there, []  # ranges that overlap: no spreadsheet program writes such
    for left, right in _columns(level):
        part = [row[left:right] for row in level]
        inside = [
            one.moved(columns=-left).within(height=len(level), width=right - left)
            for one in there
            if left <= one.left < right
        ]
        for first, last in _blocks(part):
            block = [list(row) for row in part[first:last]]
            own = [one.moved(rows=-first) for one in inside if first <= one.top and one.bottom < last]
            area, open_ones = _area(block, own, start=first)
            area.left = left + 1
            areas.append(area)
            unread += [one.moved(rows=first, columns=left) for one in open_ones]
    return areas, unread


def header_place(rows: Rows) -> int:
    """Return which of the first rows has the names, counted from 0: the first that is filled as the table is.

    A row with numbers in it holds no names: then it is the first row, as is where nothing speaks for another.
    """
    sample = rows[:FIRST_ROWS]
    filled = [sum(cell != "" for cell in row) for row in sample]
    full = max(filled, default=0)
    if full < 2:
        return 0
    for place, row in enumerate(sample):
        names = [cell for cell in row if cell]
        if len(names) >= max(2, _SHARE * full) and len(set(names)) > 1:
            return place if not any(_is_number(name) for name in names) else 0
    return 0


def _area(block: Rows, merged: Sequence[MergedRange], *, start: int) -> tuple[TableArea, list[MergedRange]]:
    """Read one table: its names, the merged ranges of its rows, and the notes below it."""
    names = [list(row) for row in block[:FIRST_ROWS]]
    hiding = [one for one in merged if len(_values(block, one)) > 1]
    merged = [one for one in merged if one not in hiding]
    for one in merged:
        if one.bottom < len(names):
            _fill(names, one)
    first, header = _names_at(names, block, merged)
    notes = []
    if first and any(cell for row in block[:first] for cell in row):
        notes.append(f"What stands above row {start + first + 1} was left out: the names of the columns are there.")
    if first < header:
        notes.append(f"Rows {start + first + 1} and {start + header + 1} hold the names of the columns together.")
    joined = [_joined([names[row][column] for row in range(first, header + 1)]) for column in range(len(names[0]))]
    end = _end(block, header)
    if end < len(block):
        notes.append(f"What stands below the table, from row {start + end + 1} on, was left out.")
    unread, filled = _merged_rows(block, [one for one in merged if header < one.top < end])
    if filled:
        notes.append(f"Merged cells were read into each row that they span: {filled} of them.")
    rows = [joined, *block[header + 1 : end]]
    area = TableArea(header_row=start + header + 1, first=start + first + 1, rows=rows, notes=notes)
    return area, [*hiding, *unread]


def _names_at(names: Rows, block: Rows, merged: Sequence[MergedRange]) -> tuple[int, int]:
    """Return the first and the last row of the names: a row of groups may stand above that of the columns."""
    header = header_place(names)
    groups = {one.top for one in merged if one.top == one.bottom and one.right > one.left and block[one.top][one.left]}
    if header in groups and header + 1 < len(names) and not any(map(_is_number, filter(None, names[header + 1]))):
        return header, header + 1
    if header > 0 and header - 1 in groups and len(set(names[header - 1]) - {""}) > 1:
        return header - 1, header
    if header > 0 and _repeats(names[header]) and sum(cell != "" for cell in block[header - 1]) > 1:
        names[header - 1] = _carried(names[header - 1])
        return header - 1, header
    return header, header


def _end(block: Rows, header: int) -> int:
    """Return where the rows of the table end: below an empty row, rows of one cell are notes."""
    end = len(block)
    if sum(cell != "" for cell in block[header]) < _LEAST_COLUMNS:
        return end
    while end > header + 1 and sum(cell != "" for cell in block[end - 1]) <= 1:
        end -= 1
    return end if end < len(block) and not any(block[end]) else len(block)


def _merged_rows(block: Rows, merged: Sequence[MergedRange]) -> tuple[list[MergedRange], int]:
    """Write a value into each row that its cell spans; one that spans columns stays open."""
    unread: list[MergedRange] = []
    filled = 0
    for one in merged:
        if one.left == one.right and _values(block, one):
            _fill(block, one)
            filled += 1
        elif _values(block, one):
            unread.append(one)
    return unread, filled


def _values(block: Rows, one: MergedRange) -> set[str]:
    """Return the texts in a range: that of its first cell, and any that a program left in the others unseen."""
    return {block[row][column] for row in range(one.top, one.bottom + 1) for column in one.columns} - {""}


def _fill(rows: Rows, one: MergedRange) -> None:
    value = rows[one.top][one.left]
    for row in range(one.top, one.bottom + 1):
        for column in one.columns:
            rows[row][column] = rows[row][column] or value


def _columns(rows: Rows) -> list[tuple[int, int]]:
    """Part the columns where empty ones stand between tables that both have a column of one name, as of the patient."""
    width = len(rows[0])
    used = [any(row[column] for row in rows) for column in range(width)]
    starts = [0]
    for column in range(1, width):
        if used[column] and not used[column - 1]:
            left = rows[header_place([row[starts[-1] : column] for row in rows[:FIRST_ROWS]])]
            right = rows[header_place([row[column:] for row in rows[:FIRST_ROWS]])]
            if set(left[starts[-1] : column]) & set(right[column:]) - {""}:
                starts.append(column)
    return list(zip(starts, [*starts[1:], width], strict=True))


def _blocks(rows: Rows) -> list[tuple[int, int]]:
    """Part the rows where, below an empty row, names of other columns stand over numbers."""
    starts = [0]
    for place in range(2, len(rows) - 1):
        if not any(rows[place - 1]) and any(rows[place]) and _starts_anew(rows[starts[-1] : place], rows[place:]):
            starts.append(place)
    return list(zip(starts, [*starts[1:], len(rows)], strict=True))


def _starts_anew(above: Rows, below: Rows) -> bool:
    """Tell whether a row is names: texts alone, in columns that hold numbers above it and below it."""
    names = below[0]
    if sum(cell != "" for cell in names) < 2 or any(_is_number(cell) for cell in names if cell):
        return False
    body = above[header_place(above) + 1 :]
    columns = [column for column, cell in enumerate(names) if cell]
    numeric = [column for column in columns if any(_is_number(row[column]) for row in body)]
    return bool(numeric) and any(_is_number(row[column]) for row in below[1:4] for column in columns)


def _joined(parts: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(part for part in parts if part))


def _carried(row: list[str]) -> list[str]:
    """Have a group's name hold until the next one."""
    carried, now = [], ""
    for cell in row:
        now = cell or now
        carried.append(now)
    return carried


def _repeats(names: Sequence[str]) -> bool:
    given = [name for name in names if name]
    return len(set(given)) < len(given)


def _is_number(text: str) -> bool:
    return text.lower() not in MISSING_TEXTS and not numbers_of([text]).fault.any()
