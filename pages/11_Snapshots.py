"""Snapshots: the views that were kept, to come back to, compare, present, and take along as one file."""

from il2dash.analysis.population import Population
from il2dash.ui import frame, snapshot_blocks, snapshots


@frame.page("Snapshots")
def page(patients: Population) -> None:
    """Show what was kept, then two of them side by side, then the file."""
    kept = snapshots.kept()
    snapshot_blocks.list_of(kept)
    if len(kept) > 1:
        snapshot_blocks.side_by_side(kept, patients.trial)
    if kept:
        snapshot_blocks.presenting(kept)
    snapshot_blocks.file_of(kept, patients.trial)


if __name__ == "__main__":
    page()
