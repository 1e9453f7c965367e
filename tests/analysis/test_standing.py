from il2dash.analysis.standing import Standing


def test_prespecified_without_reasons():
    assert Standing().kind == "prespecified"
    assert Standing().and_also().kind == "prespecified"


def test_each_reason_makes_exploratory_and_is_told_once():
    standing = Standing(reasons=("threshold 150, protocol 200",)).and_also("a filter", "threshold 150, protocol 200")
    assert standing.kind == "exploratory"
    assert standing.reasons == ("threshold 150, protocol 200", "a filter")
