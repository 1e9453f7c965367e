"""Published: each figure in print beside what the analyses give."""

from il2dash.display.published_view import published_sentence, published_spec
from il2dash.study.trial import Trial
from il2dash.ui import compute, frame, show

METHOD = (
    "Computed by the same calls as the other pages, then rounded as the journal rounds; nothing published is read by "
    "an analysis. Each figure is a path into the results document, which the Data page downloads."
)


@frame.page("Published")
def page(trial: Trial) -> None:
    """Show the comparison."""
    entries = compute.document(trial)["published"]

    show.opening(published_sentence(entries, synthetic=trial.definition.study.synthetic))
    if entries:
        show.details(published_spec(entries), method=METHOD)


page()
