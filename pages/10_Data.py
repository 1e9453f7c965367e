"""Data: what is loaded, what its columns mean, what the checks found, and everything as files."""

from functools import partial

from il2dash.analysis.population import Population
from il2dash.display.dictionary import dictionary_spec, tables_of, tables_spec
from il2dash.display.files import file_name, results_json, table_csv
from il2dash.intake.report import report_csv
from il2dash.ui import compute, filters, frame, show, studies, widgets
from il2dash.ui.load_page import load_page

SECTIONS = {
    "about": "About these data",
    "tables": "Tables",
    "dictionary": "Dictionary",
    "checks": "Checks",
    "downloads": "Downloads",
    "load": "Load your own data",
}


@frame.page("Data")
def page(patients: Population) -> None:
    """Show one section."""
    definition = patients.trial.definition
    served = studies.current()
    section = widgets.choice("Show", SECTIONS, key="show", default="about")
    if section == "load":
        load_page()
        return
    filters.not_applied(patients, to="the tables and files are")
    show.opening(definition.study.provenance or "The study doesn't say where its data come from.")

    if section == "about":
        show.document(served.readme or "The study says nothing more about its data.")
    elif section == "tables":
        show.details(tables_spec(patients.trial))
        tables = tables_of(patients.trial)
        name = widgets.selection("Rows of", {name: name for name in tables}, key="table")
        show.rows(tables[name], name=name)
    elif section == "dictionary":
        show.details(dictionary_spec(definition))
    elif section == "checks":
        show.problems(served.problems)
        report = file_name(definition, "check_report.csv")
        show.download("Check report (CSV)", partial(report_csv, served.problems), report, "text/csv")
    else:
        show.details(method="Everything that the dashboard shows, at full precision, and the tables as they were read.")
        document = partial(compute.document, patients.everybody)
        name = file_name(definition, "results.json")
        show.download("All results (JSON)", lambda: results_json(document()), name, "application/json")
        for name, table in tables_of(patients.trial).items():
            csv = partial(table_csv, definition, table)
            show.download(f"Table {name} (CSV)", csv, file_name(definition, f"{name}.csv"), "text/csv")


if __name__ == "__main__":
    page()
