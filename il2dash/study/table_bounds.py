"""How large a table may be: far above any trial, and small enough that reading one never fills a machine."""

from __future__ import annotations

MAXIMUM_ROWS = 3_000_000
"""Rows of a table: 100,000 patients at 30 visits."""

MAXIMUM_COLUMNS = 2_000
"""Columns of a table."""

MAXIMUM_CELLS = 40_000_000
"""Rows times columns of a table, empty cells counted."""

MAXIMUM_CELL_LENGTH = 32_767
"""Characters of a cell: what a spreadsheet can hold."""

MAXIMUM_LISTED_ROWS = 200
"""Faulty rows of one kind that become a problem each; the others become one problem with their number."""
