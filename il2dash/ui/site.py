"""The pages of the dashboard: their titles, files, signs and addresses."""

from __future__ import annotations

PAGES = {
    "Overview": ("app.py", ":material/home:"),
    "Baseline": ("pages/1_Baseline.py", ":material/groups:"),
    "Trajectories": ("pages/2_Trajectories.py", ":material/show_chart:"),
    "Endpoints": ("pages/3_Endpoints.py", ":material/flag:"),
    "Model": ("pages/4_Model.py", ":material/tune:"),
    "Events": ("pages/5_Events.py", ":material/event:"),
    "Patients": ("pages/7_Patients.py", ":material/person_search:"),
    "Published": ("pages/8_Published.py", ":material/fact_check:"),
    "Data": ("pages/10_Data.py", ":material/database:"),
    "Snapshots": ("pages/11_Snapshots.py", ":material/bookmarks:"),
}
"""Every page: where its file is, and its sign."""

FILES = {title: path for title, (path, _) in PAGES.items()}
"""Every page's file."""


def path_of(title: str) -> str:
    """Return where a page is, below the app's own address."""
    return "" if title == "Overview" else PAGES[title][0].split("_", 1)[-1].removesuffix(".py")
