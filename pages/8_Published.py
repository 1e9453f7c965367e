"""Published: each figure in print beside what the analyses give."""

from il2dash.analysis.population import Population
from il2dash.display.published_view import published_sentence, published_spec
from il2dash.ui import compute, filters, frame, show

METHOD = (
    "Computed by the same calls as the other pages, then rounded as the journal rounds; nothing published is read by "
    "an analysis. Each figure is a path into the results document, which the Data page downloads."
)


@frame.page("Published")
def page(patients: Population) -> None:
    """Show the comparison."""
    entries = compute.document(patients.everybody)["published"]

    filters.not_applied(patients, to="what is in print, and what is compared with it, is")
    show.opening(published_sentence(entries, synthetic=patients.trial.definition.study.synthetic))
    if entries:
        show.details(published_spec(entries), method=METHOD)


if __name__ == "__main__":
    page()
