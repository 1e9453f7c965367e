"""What a workbook's XML says of its sheets before they are read: how far they reach, and which cells have no value.

python-calamine holds a sheet as one dense block, so that a single far cell would take all memory, and it gives a
formula without a value, and a cell with an error, as an empty cell. Both are looked up here first (.xlsx and .ods).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.parsers import expat

from il2dash.study.study_files import MAXIMUM_BYTES, unreadable

_REFERENCE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]*)([0-9]+)""")
_CONSPICUOUS = re.compile(rb"""<(?:[\w.-]+:)?f[\s/>]|\bt\s*=\s*["']e["']|\br\s*=\s*["'][^"']*&|<!DOCTYPE""")
_PLAIN_EXTENT = 100_000
"""Rows up to which a fast look at the references is enough; farther ones are looked at exactly."""


@dataclass(slots=True)
class SheetScan:
    """What was found in a sheet.

    Parameters
    ----------
    rows, columns : int
        How far the sheet reaches: its last row and column with content, counted from 1.
    uncalculated : list of str
        Cells (``C7``) with a formula that has no value.
    errors : list of (str, str)
        Cells with an error, and the error (``#N/A``).
    """

    rows: int = 0
    columns: int = 0
    uncalculated: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)

    def reach(self, row: int, column: int) -> None:
        """Note that there is content in a cell, counted from 0."""
        self.rows = max(self.rows, row + 1)
        self.columns = max(self.columns, column + 1)


def scan_sheets(content: bytes, name: str, *, sheet: str | None = None) -> dict[str, SheetScan]:
    """Look through an .xlsx or .ods workbook, or one sheet of it; another format gives nothing.

    Raises
    ------
    UnreadableError
        Where the workbook's zip or its XML is damaged.
    """
    if not content.startswith(b"PK"):
        return {}
    with _damage_told(name):
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = set(archive.namelist())
        if "content.xml" in members:
            return _scan_ods(archive)
        if "xl/workbook.xml" in members:
            return {
                each: _scan_xlsx(archive, member)
                for each, member in _xlsx_members(archive).items()
                if member in members and sheet in (None, each)
            }
        return {}


def cell_name(row: int, column: int) -> str:
    """Return a cell's name, from its row and column counted from 0: ``(6, 2)`` is C7."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        KeyError,
        ValueError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise unreadable(
            name, "The file isn't a workbook that can be opened.", "Save it again as .xlsx, without a password."
        ) from error


def _scan_xlsx(archive: zipfile.ZipFile, member: str) -> SheetScan:
    xml = _member(archive, member)
    if not _CONSPICUOUS.search(xml):
        references = set(_REFERENCE.findall(xml))
        rows = max((int(digits[:9]) for _, digits in references), default=0)
        if rows <= _PLAIN_EXTENT:
            columns = {letters for letters, _ in references if letters}
            return SheetScan(rows=rows, columns=max((_column_number(letters) for letters in columns), default=0))
    return _XlsxSheet().scan(xml)


class _XlsxSheet:
    """A sheet's XML, cell by cell."""

    def __init__(self) -> None:
        self.found = SheetScan()
        self._row, self._column = -1, -1
        self._kind = ""
        self._formula = self._holds_value = False
        self._value: list[str] | None = None
        self._text = ""

    def scan(self, xml: bytes) -> SheetScan:
        parser = _parser(self._start, self._end)
        parser.CharacterDataHandler = self._characters
        parser.Parse(xml, True)
        return self.found

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
        elif local == "c":
            self._column += 1
            if match := re.fullmatch(r"([A-Za-z]+)([0-9]+)", attributes.get("r", "")):
                self._row, self._column = int(match[2]) - 1, _column_number(match[1].encode()) - 1
            self._kind = attributes.get("t", "n")
            self._formula = self._holds_value = False
            self._text = ""
        elif local == "f":
            self._formula = True
        elif local in ("v", "is"):
            self._holds_value = True
            self._value = []

    def _characters(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _end(self, tag: str) -> None:
        local = tag.rpartition(":")[2]
        if local in ("v", "is") and self._value is not None:
            self._text = "".join(self._value)
            self._value = None
        elif local == "c":
            if self._formula or self._text:
                self.found.reach(self._row, self._column)
            place = cell_name(self._row, self._column)
            if self._kind == "e":
                self.found.errors.append((place, self._text))
            elif self._formula and not self._text and not (self._kind == "str" and self._holds_value):
                self.found.uncalculated.append(place)


class _OdsTables:
    """The tables of an OpenDocument spreadsheet, cell by cell; repeated cells are counted, not repeated."""

    def __init__(self) -> None:
        self.found: dict[str, SheetScan] = {}
        self._sheet = SheetScan()
        self._row = self._column = 0
        self._repeated_rows = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take a start tag."""
        if tag == "table:table":
            self._sheet = self.found.setdefault(attributes.get("table:name", ""), SheetScan())
            self._row = self._column = 0
        elif tag == "table:table-row":
            self._column = 0
            self._repeated_rows = int(attributes.get("table:number-rows-repeated", "1"))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            repeated = int(attributes.get("table:number-columns-repeated", "1"))
            place = cell_name(self._row, self._column)
            formula, kind = "table:formula" in attributes, attributes.get("office:value-type")
            if formula or kind:
                self._sheet.reach(self._row + self._repeated_rows - 1, self._column + repeated - 1)
            if attributes.get("calcext:value-type") == "error":
                self._sheet.errors.append((place, "an error value"))
            elif formula and not kind:
                self._sheet.uncalculated.append(place)
            self._column += repeated

    def end(self, tag: str) -> None:
        """Take an end tag."""
        if tag == "table:table-row":
            self._row += self._repeated_rows


def _scan_ods(archive: zipfile.ZipFile) -> dict[str, SheetScan]:
    tables = _OdsTables()
    _parser(tables.start, tables.end).Parse(_member(archive, "content.xml"), True)
    return tables.found


def _xlsx_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the member that holds each sheet, by the sheet's name."""
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            identifier = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            sheets.append((attributes.get("name", ""), identifier))

    def relationship(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _parser(sheet).Parse(_member(archive, "xl/workbook.xml"), True)
    _parser(relationship).Parse(_member(archive, "xl/_rels/workbook.xml.rels"), True)
    return {
        name: posixpath.normpath(posixpath.join("/xl", targets[identifier])).lstrip("/")
        for name, identifier in sheets
        if identifier in targets
    }


def _parser(
    start: Callable[[str, dict[str, str]], None], end: Callable[[str], None] | None = None
) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise ValueError("A workbook's XML has no document type: one could define entities without end.")


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        content = member.read(MAXIMUM_BYTES + 1)
    if len(content) > MAXIMUM_BYTES:
        raise ValueError(f"{name} is larger than a file may be.")
    return content


def _column_number(letters: bytes) -> int:
    """Return a column's number, counted from 1; more letters than a spreadsheet has are far away."""
    number = 0
    for letter in letters.upper()[:7]:
        number = number * 26 + letter - ord("A") + 1
    return number
