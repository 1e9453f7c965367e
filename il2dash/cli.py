"""The command line: ``python -m il2dash COMMAND``. Each command imports what it needs when it runs."""

from __future__ import annotations

import argparse
import gc
import inspect
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Literal, get_args

from il2dash import __version__
from il2dash.errors import Il2dashError, StudyError
from il2dash.study.definition import MissingRule


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status: 0, or 1 where il2dash finds something wrong, or 2 for a wrong usage."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A Windows terminal's own encoding has no minus sign and no infinity.
        sys.stdout.reconfigure(encoding="utf-8")
    # The models are small: threads that wait for each other only take the processor from other visitors.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except Il2dashError as error:
        print(error, file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m il2dash", description="A dashboard for one randomized two-arm trial."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="say what a study holds and every problem of its files")
    _add_study(check)
    check.set_defaults(run=_check)

    results = commands.add_parser("results", help="print everything that the dashboard shows")
    _add_study(results)
    results.add_argument("--json", action="store_true", help="as one JSON document, at full precision")
    results.add_argument(
        "--filter",
        metavar="NAME=VALUES",
        action="append",
        default=[],
        dest="filters",
        help="count only patients with these values (gss=0,1) or in this range (age=40..60); can be repeated",
    )
    results.add_argument("--missing", choices=get_args(MissingRule), help="rule for outcomes that aren't known")
    results.set_defaults(run=_results)

    serve = commands.add_parser("serve", help="show the dashboard in a browser")
    _add_study(serve, nargs="?")
    serve.add_argument("--studies", metavar="DIR", type=Path, help="a folder of studies to choose from in the header")
    serve.add_argument("--port", type=int, default=8501, help="port of the dashboard (8501)")
    serve.add_argument("--address", default="", help="listen only here: 127.0.0.1 behind a proxy (everywhere)")
    serve.set_defaults(run=_serve)

    synthesize = commands.add_parser("synthesize", help="make the synthetic ETOILE study")
    synthesize.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder to write it to")
    synthesize.add_argument("--seed", metavar="S", type=int, help="another trial with the same published figures")
    synthesize.set_defaults(run=_synthesize)
    return parser


def _add_study(command: argparse.ArgumentParser, *, nargs: Literal["?"] | None = None) -> None:
    words = "a folder with study.toml, that file, or a zip"
    command.add_argument("study", metavar="STUDY", type=Path, nargs=nargs, help=words)
    command.add_argument("--data-dir", metavar="DIR", type=Path, help="where the tables are, if not beside study.toml")


def _check(options: argparse.Namespace) -> int:
    from il2dash.study.check_report import check_report
    from il2dash.study.reading import read_study
    from il2dash.study.sql_connection import environment_credentials

    reading = read_study(options.study, data_dir=options.data_dir, credentials=environment_credentials())
    print(check_report(reading))
    return 0 if reading.trial is not None else 1


def _results(options: argparse.Namespace) -> int:
    from il2dash.analysis.document import results_document
    from il2dash.analysis.population import parse_filter
    from il2dash.analysis.results import all_results
    from il2dash.display.files import results_json
    from il2dash.display.report import results_text
    from il2dash.study.reading import load_study
    from il2dash.study.sql_connection import environment_credentials

    trial = load_study(options.study, data_dir=options.data_dir, credentials=environment_credentials())
    filters = tuple(parse_filter(trial, text) for text in options.filters)
    results = all_results(trial, filters=filters, missing_rule=options.missing)
    document = results_document(results)
    written = results_json(document).decode() if options.json else results_text(results, document)
    sys.stdout.write(written)
    return 0


def _serve(options: argparse.Namespace) -> int:
    from threading import Thread

    application = Path(__file__).resolve().parent.parent / "app.py"
    if not application.is_file():
        raise StudyError(f"{application} is missing: serve the dashboard from a checkout of the project.")
    if options.studies is not None:
        if not options.studies.is_dir():
            raise StudyError(f"--studies: there is no folder {options.studies}. Name one that holds studies.")
        os.environ["IL2DASH_STUDIES"] = str(options.studies.resolve())
    if options.study is not None:
        os.environ["IL2DASH_STUDY"] = str(options.study.resolve())
    elif not os.environ.get("IL2DASH_STUDIES"):
        raise StudyError("Name the study to serve: serve STUDY, or serve --studies DIR for a folder of studies.")
    if options.data_dir is not None:
        os.environ["IL2DASH_DATA_DIR"] = str(options.data_dir.resolve())
    # Streamlit reads its configuration from the folder it starts in.
    os.chdir(application.parent)
    # While modules are loaded, the garbage collector only looks through them again and again: 0.2 of 2.4 s.
    gc.disable()
    # All of Streamlit first: Plotly, which it imports, breaks on a pandas that another thread has half imported.
    import_module("streamlit.web.bootstrap")
    # What it takes for the script that was started: the configuration beside it, and what its log shows, are its own.
    sys.argv = [str(application)]
    server = import_module("il2dash.ui.server")
    server.run(
        application, address=options.address, port=options.port, once_up=Thread(target=_prepare, daemon=True).start
    )
    return 0


def _prepare() -> None:
    """Do what the first page needs while its browser loads; a page that comes earlier waits for it."""
    try:
        # The last three are what Streamlit imports at the first icon and the first figure.
        for module in (
            "il2dash.ui.frame",
            "il2dash.ui.compute",
            "il2dash.ui.show",
            "scipy.special",
            "PIL.Image",
            "plotly.io",
            "plotly.tools",
        ):
            import_module(module)
        with suppress(Il2dashError):  # the page says it
            import_module("il2dash.ui.studies").own_study()
        # At its first element Streamlit asks for the stack, for which Python looks up the file of every module, once.
        inspect.stack()
    finally:
        # What was loaded stays: no later collection need look through it.
        gc.freeze()
        gc.enable()


def _synthesize(options: argparse.Namespace) -> int:
    from il2dash.synthesis.etoile import SHIPPED_SEED, synthesize

    report = synthesize(options.out, SHIPPED_SEED if options.seed is None else options.seed)
    print(
        f"Wrote {len(report.files)} files to {report.out}: seed {report.seed}, attempt {report.attempts}, "
        f"all {report.published} published figures met.\nFingerprint: {report.fingerprint}"
    )
    return 0
