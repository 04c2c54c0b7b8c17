"""`--schema` of commands that write JSON: the schema of what they write."""

from __future__ import annotations

from typing import Annotated

import typer

from lossdoc.cli._screen import emit


def _of_the_report(wanted: bool) -> None:
    if wanted:
        from lossdoc.show.report._schema import ReportDocument
        from lossdoc.show.schema import json_schema

        emit(json_schema(ReportDocument, "lossdoc check --format json"), machine=True)
        raise typer.Exit()


def _of_the_page(wanted: bool) -> None:
    if wanted:
        from lossdoc.show.pages._json import PageDocument
        from lossdoc.show.schema import json_schema

        emit(json_schema(PageDocument, "lossdoc explain --format json"), machine=True)
        raise typer.Exit()


_HELP = "Print the JSON schema of --format json."
OfTheReport = Annotated[bool, typer.Option("--schema", callback=_of_the_report, is_eager=True, help=_HELP)]
OfThePage = Annotated[bool, typer.Option("--schema", callback=_of_the_page, is_eager=True, help=_HELP)]
