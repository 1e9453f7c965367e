"""Small files of every format, made without the libraries that read them."""

from __future__ import annotations

import io
import zipfile
from html import escape
from pathlib import Path

import pandas as pd

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def zipped(members: dict[str, str | bytes]) -> bytes:
    """Return a zip of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def sheet_row(number: int, *cells: str | float) -> str:
    """Return a row of a sheet's XML."""
    written = ""
    for position, cell in enumerate(cells):
        place = f"{chr(ord('A') + position)}{number}"
        if isinstance(cell, str):
            written += f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        else:
            written += f'<c r="{place}"><v>{cell!r}</v></c>'
    return f'<row r="{number}">{written}</row>'


def workbook(sheets: dict[str, str], *, hidden: tuple[str, ...] = (), after: str = "", prolog: str = "") -> bytes:
    """Return an .xlsx file; a sheet is the XML of its rows, and `after` follows each sheet's rows."""
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"'
        f"{' state=' + chr(34) + 'hidden' + chr(34) if name in hidden else ''}/>"
        for number, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="r{number}" Type="{DOCUMENT}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    styles = '<numFmts count="0"/><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }
    for number, rows in enumerate(sheets.values(), start=1):
        members[f"xl/worksheets/sheet{number}.xml"] = (
            f'{prolog}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
        )
    return zipped(members)


def open_document(rows: str) -> bytes:
    """Return an .ods file with the sheet ``visits``, whose rows are OpenDocument XML."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f'<office:document-content xmlns:office="{office}:office:1.0" '
            f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0" '
            'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
            f'<office:body><office:spreadsheet><table:table table:name="visits">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


def statistics_file(folder: Path, suffix: str, table: pd.DataFrame, **options: object) -> bytes:
    """Return a data set of SAS, SPSS or Stata."""
    import pyreadstat

    path = folder / f"table{suffix}"
    write = {
        ".xpt": pyreadstat.write_xport,
        ".sav": pyreadstat.write_sav,
        ".zsav": pyreadstat.write_sav,
        ".dta": pyreadstat.write_dta,
    }[suffix]
    write(table, str(path), **({"compress": True} if suffix == ".zsav" else {}), **options)
    return path.read_bytes()


def parquet_file(table: pd.DataFrame) -> bytes:
    """Return a Parquet file."""
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    return buffer.getvalue()
