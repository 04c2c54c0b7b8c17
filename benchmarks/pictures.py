"""`python -m benchmarks.pictures`: the pictures of the README, made of what the commands print on shipped examples.

Needs the extra `browser` and a Chromium for the page and the comment.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from benchmarks.diagnosis.lossdoc_runs import reports
from lossdoc.api import Options
from lossdoc.show.report import Options as Dress
from lossdoc.show.screen import standing

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
EXAMPLE = "examples/dpo-displacement.log"
WIDTH = 100
_COMMENT = """<!doctype html><meta charset="utf-8"><style>body { font: 14px/1.5 system-ui, sans-serif; width: 760px;
margin: 16px; color: #1f2328; } table { border-collapse: collapse; margin: 10px 0; } th, td { border: 1px solid #d1d9e0;
padding: 5px 12px; text-align: left; } code { background: #eff1f3; border-radius: 5px; padding: 2px 5px; font-size: 12px }
pre { background: #f6f8fa; padding: 12px; border-radius: 6px; font-size: 11px; line-height: 1.25 } pre code { padding: 0 }
blockquote { color: #59636e; border-left: 4px solid #d1d9e0; padding-left: 12px; margin-left: 0 }</style>"""


def main() -> None:
    """Write all of them to docs/pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["check", EXAMPLE, "--trainer", "dpo"]
    terminal("check.svg", f"lossdoc {' '.join(command)}", output(*command, "--color", "always"))
    with chdir(ROOT):  # the picture names the log as a user of the checkout would
        found = reports(EXAMPLE, Options(trainer="dpo"))
    terminal("watch.svg", f"lossdoc watch {EXAMPLE}", standing(found, 12.0, Dress(WIDTH, color=True)))
    from markdown_it import MarkdownIt
    from playwright.sync_api import sync_playwright

    comment = MarkdownIt("commonmark", {"html": True}).enable("table").render(output(*command, "--format", "markdown"))
    pages = {"page.png": output(*command, "--format", "html"), "comment.png": _COMMENT + comment}
    with sync_playwright() as player, TemporaryDirectory() as scratch:
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, text in pages.items():
            file = Path(scratch) / "page.html"
            file.write_text(text)
            page = browser.new_page(viewport={"width": 1200 if name == "page.png" else 800, "height": 900})
            page.goto(file.as_uri())
            page.screenshot(path=FOLDER / name, full_page=name != "page.png")
            print(f"docs/pictures/{name}")
        browser.close()


def output(*words: str) -> str:
    """What a command prints, with the paths as a user of the checkout would write them."""
    command = [sys.executable, "-m", "lossdoc", *words]
    environment = {"COLUMNS": str(WIDTH), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment).stdout


def terminal(name: str, title: str, text: str) -> None:
    """A terminal as SVG: every run of characters is set at its width, so that braille stays in its columns."""
    console = Console(record=True, width=WIDTH, file=open("/dev/null", "w"), highlight=False)  # noqa: SIM115
    console.print(Text.from_ansi(text.rstrip("\n")))
    (FOLDER / name).write_text(console.export_svg(title=title))
    print(f"docs/pictures/{name}")


if __name__ == "__main__":
    main()
