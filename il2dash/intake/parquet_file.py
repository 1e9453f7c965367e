"""Parquet files, read in memory by pyarrow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from il2dash.intake.bounds import MAXIMUM_BYTES, MAXIMUM_CELLS, MAXIMUM_COLUMNS, MAXIMUM_ROWS
from il2dash.intake.column_texts import taken, value_text
from il2dash.intake.upload import Upload, refused
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import table_of_columns


def read_parquet(name: str, content: bytes) -> Upload:
    """Read a Parquet file; a column of lists, structures or bytes is left out with a problem."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pa.BufferReader(content))
        if fault := _bound(name, file.metadata):
            return fault
        table = file.read(use_threads=False)
        headers = [field.name for field in table.schema]
        kept = [position for position, field in enumerate(table.schema) if _is_plain(field.type)]
        columns = [_texts(table.column(position)) for position in kept]
    except (pa.ArrowException, OSError, ValueError, OverflowError, KeyError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200].rstrip(".")
        return refused(
            name, f"The file isn't a Parquet file that can be read ({reason}).", "Write it again, or export it as CSV."
        )
    problems = [
        Problem(
            severity="error",
            file=name,
            column=header,
            value=str(table.schema.field(position).type),
            rule="A column holds numbers, texts, yes and no, dates or times, one in each row.",
            remedy="Leave the column out, or write its parts as columns of their own.",
        )
        for position, header in enumerate(headers)
        if position not in kept
    ]
    raw, found = table_of_columns(name, [headers[position] for position in kept], columns)
    return Upload(name=name, tables=() if raw is None else (raw,), problems=(*problems, *found))


def _bound(name: str, metadata: Any) -> Upload | None:
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    for found, bound, what in (
        (metadata.num_rows, MAXIMUM_ROWS, "rows"),
        (metadata.num_columns, MAXIMUM_COLUMNS, "columns"),
        (metadata.num_rows * metadata.num_columns, MAXIMUM_CELLS, "cells"),
        (size, MAXIMUM_BYTES, "bytes after decompression"),
    ):
        if found > bound:
            rule = f"A table has at most {bound:,} {what}."
            return refused(name, rule, "Keep only the columns and rows of the trial.", value=f"{found:,} {what}")
    return None


def _is_plain(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return any(
        test(kind)
        for test in (
            types.is_boolean,
            types.is_integer,
            types.is_floating,
            types.is_decimal,
            types.is_string,
            types.is_large_string,
            types.is_string_view,
            types.is_temporal,
            types.is_null,
        )
    )


def _texts(column: Any) -> pd.Series[str]:
    import pyarrow as pa

    if pa.types.is_null(column.type):
        return pd.Series([""] * len(column), dtype="str")
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    parts = [pd.Series([], dtype="str")]
    for chunk in encoded.unify_dictionaries().chunks:
        texts = [value_text(value, {}) for value in chunk.dictionary.to_pylist()]
        codes = chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        parts.append(taken(texts, codes))
    return pd.concat(parts, ignore_index=True).astype("str")
