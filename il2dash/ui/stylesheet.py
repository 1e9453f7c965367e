"""The look that Streamlit's theme doesn't reach: tables, the flow diagram, badges, and the printed page."""

from __future__ import annotations

from html import escape

# Neutral colors by opacity of the page's own text color, so that one sheet serves the light and the dark theme.
STYLESHEET = """
<style>
:root {
  --rule: color-mix(in srgb, currentColor 28%, transparent);
  --faint: color-mix(in srgb, currentColor 8%, transparent);
}
.block-container, [data-testid="stMainBlockContainer"] { max-width: 1180px; padding-top: 4.2rem; padding-bottom: 3rem; }
.link-back { font-size: .95rem; font-weight: 600; color: inherit !important; }
/* Results are there within a tenth of a second: what Streamlit fades meanwhile only flickers, at the browser's cost. */
[data-stale] { opacity: 1 !important; transition: none !important; }
.brand { font-weight: 700; font-size: 1.25rem; letter-spacing: -0.01em; margin: 0 0 .4rem; }
.study-title { margin: 0; font-size: .95rem; opacity: .85; max-width: 60ch; line-height: 1.35; }
.st-key-synthetic-badge a {
  background: #fff3d6; border: 1px solid #b8860b; border-radius: 999px; padding: .1rem .7rem; min-height: 0;
}
.st-key-synthetic-badge a, .st-key-synthetic-badge a * { color: #5c3d00 !important; font-weight: 600; }
[data-testid="stHtml"] p { margin-bottom: 0; }
/* The page's own color for a figure's words: Plotly's are too faint to read on either theme. */
.js-plotly-plot .annotation-text, .js-plotly-plot .xtick > text, .js-plotly-plot .ytick > text,
.js-plotly-plot .y2tick > text, .js-plotly-plot .g-xtitle > text, .js-plotly-plot .g-ytitle > text,
.js-plotly-plot .bartext {
  fill: currentColor !important;
}
.table-wrap { overflow-x: auto; margin: .9rem 0 .2rem; }
.table-wrap table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .95rem; }
.table-wrap caption { caption-side: top; text-align: left; font-weight: 600; padding: .3rem .5rem; }
.table-wrap th, .table-wrap td {
  text-align: left; vertical-align: top; padding: .34rem .9rem .34rem .5rem; font-weight: 400; line-height: 1.35;
  border: none;
}
.table-wrap thead th { font-weight: 600; border-bottom: 1.5px solid currentColor; vertical-align: bottom; }
.table-wrap thead tr:first-child th { border-top: 1.5px solid currentColor; }
.table-wrap tbody tr:last-child > * { border-bottom: 1.5px solid currentColor; }
.table-wrap tbody tr:hover > * { background: var(--faint); }
.table-wrap tbody th { min-width: 9rem; }
.table-notes p { font-size: .85rem; opacity: .82; margin: .15rem 0 0 .5rem; }
.question { font-size: 1.3rem; line-height: 1.4; font-weight: 600; max-width: 62ch; margin: 0; }
.design { font-size: 1rem; line-height: 1.5; max-width: 80ch; margin: .3rem 0; opacity: .9; }
.sentence { font-size: 1.12rem; line-height: 1.5; max-width: 75ch; margin: .5rem 0 0; }
[data-testid="stHtml"] h2 { padding: 1.6rem 0 .5rem; }
.method { font-size: .85rem; opacity: .82; max-width: 95ch; margin: .2rem 0 1.2rem; }
.caution { background: color-mix(in srgb, #e69f00 14%, transparent); border-left: 4px solid #b8860b;
  padding: .5rem .8rem; max-width: 95ch; margin: .5rem 0 !important; line-height: 1.45; }
.standing { display: inline-block; font-size: .8rem; font-weight: 600; border-radius: 4px; padding: .08rem .5rem;
  border: 1px solid currentColor; margin-right: .5rem; }
.standing-reasons { font-size: .85rem; opacity: .85; }
.standing-exploratory { border-style: dashed; }
.flow { max-width: 760px; }
.flow-top { display: flex; flex-direction: column; align-items: center; gap: 1.1rem; position: relative; }
.flow-top .flow-box, .flow-arm .flow-box { position: relative; }
.flow-box { border: 1px solid var(--rule); border-radius: 6px; padding: .45rem .9rem; text-align: center;
  min-width: 12rem; background: var(--faint); }
.flow-box p { margin: 0; line-height: 1.4; }
.flow-box small { display: block; opacity: .8; line-height: 1.3; }
.flow-top .flow-box + .flow-box::before, .flow-arm .flow-box::before {
  content: ""; position: absolute; left: 50%; top: -1.1rem; height: 1.1rem; border-left: 1.5px solid var(--rule);
}
.flow-arms { list-style: none; display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; padding: 0;
  margin: 1.1rem 0 0; }
.flow-arm { display: flex; flex-direction: column; gap: 1.1rem; align-items: stretch; margin: 0 !important; }
.flow-arm h4 { margin: 0 !important; padding: 0 !important; text-align: center; font-size: 1rem !important; }
.flow-arm h4 + .flow-box::before { display: none; }
.flow-arm .flow-box { min-width: 0; }
.flow-treatment .flow-box { border-left: 5px solid #D55E00; }
.flow-reference .flow-box { border-left: 5px solid #0072B2; }
.flow-aside { background: transparent; border-style: dashed; }
.page-footer { border-top: 1px solid var(--rule); margin-top: 2rem; padding-top: .6rem; }
.page-footer p { font-size: .82rem; opacity: .8; margin: .1rem 0; }
[data-testid="stMarkdownContainer"] table { display: block; max-width: 100%; overflow-x: auto; }
[data-testid="stMarkdownContainer"] :is(p, td, code) { overflow-wrap: anywhere; }
[data-testid="stMarkdownContainer"] td:first-child code { white-space: nowrap; }
@media (max-width: 640px) {
  .table-wrap table { font-size: .86rem; }
  .table-wrap th, .table-wrap td { padding: .3rem .5rem .3rem .3rem; }
  .table-wrap tbody th { min-width: 6.5rem; }
  .flow-box { min-width: 0; padding: .4rem .4rem; font-size: .9rem; }
  .flow-arms { gap: .5rem; }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], .modebar { display: none !important; }
  .table-wrap { overflow: visible; }
}
</style>
"""


def text(content: str) -> str:
    """Return a text as HTML shows it: whatever a study calls its things, they are words and never markup."""
    return escape(content)
