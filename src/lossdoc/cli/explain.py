"""`lossdoc explain`: the page of a word or of a number."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lossdoc.cli import _complete as complete
from lossdoc.cli import _schemas as schemas
from lossdoc.cli._documents import ConfigFile, Documents, Isolated, known
from lossdoc.cli._pager import show
from lossdoc.cli._screen import Color, color_of, emit, needs_ascii, width_of

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.show.pages import Look


def command(
    word: Annotated[
        list[str],
        typer.Argument(
            metavar="WORD",
            help="A metric or a key of it, a loss function, a trainer, a check, a format, or a number such as 0.6931.",
            autocompletion=complete.words,
        ),
    ],
    trainer: Annotated[
        str | None,
        typer.Option(
            "--trainer",
            "-t",
            metavar="NAME",
            help="As seen under this trainer: dpo, trl-dpo, ...",
            autocompletion=complete.trainers,
        ),
    ] = None,
    classes: Annotated[int | None, typer.Option(min=2, help="Classes or vocabulary size, for start values.")] = None,
    beta: Annotated[float | None, typer.Option(help="beta, for start values.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Another setting for start values. Repeatable."),
    ] = None,
    metrics: Documents = None,
    config: ConfigFile = None,
    isolated: Isolated = False,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", "-f", help="For people or for programs.")
    ] = "text",
    schema: schemas.OfThePage = False,
    everything: Annotated[bool, typer.Option("--all", help="Shorten no list.")] = False,
    width: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Columns of the page (default: the terminal's, else 80).")
    ] = None,
    color: Annotated[Color, typer.Option(help="Colour the page.")] = "auto",
) -> int:
    """Explain a metric, a loss function, a trainer, a check or a number.

    `trainer:reward`, `loss:ipo` say which kind is meant where a word has several meanings. On a terminal a long page
    goes through PAGER (less); NO_PAGER=1 prints it.
    """
    from lossdoc.show.pages import Look, explain, trainer_of

    try:
        knowledge, trainer, given = known(locals())
        parsed = trainer_of(trainer, knowledge)
    except ValueError as error:
        _say(str(error))
        return 2
    if classes is not None:
        given |= {"classes": float(classes), "vocab_size": float(classes)}
    if beta is not None:
        given["beta"] = beta
    stream = sys.stdout
    look = Look(
        width=width_of(stream, width),
        color=color_of(stream, color),
        ascii=needs_ascii(stream),
        everything=everything,
        trainer=parsed,
        settings=given,
    )
    asked = " ".join(word)
    if format_ == "json":
        return _as_json(asked, knowledge, look)
    try:
        show(explain.explain(asked, knowledge, look))
    except explain.NotFound as error:
        _say(str(error))
        return 2
    return 0


def _as_json(word: str, knowledge: "Knowledge", look: "Look") -> int:
    from lossdoc.show.pages import _json, explain

    try:
        emit(_json.write(word, explain.page_of(word, knowledge, look)), machine=True)
    except explain.NotFound as error:
        emit(_json.write(word, None, str(error), error.instead), machine=True)
        _say(str(error))
        return 2
    return 0


def _say(text: str) -> None:
    from lossdoc.cli._errors import say  # not needed for a page, so not paid for by one

    say(text)
