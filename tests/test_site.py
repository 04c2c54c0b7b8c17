"""The generated documentation site: complete, linked, the same every time, and checked against what is on disk."""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from benchmarks.pages import __main__ as command
from benchmarks.pages.markdown import Page, escape, span
from benchmarks.pages.overview import sections
from benchmarks.pages.site import FOLDERS, MARK, files
from lossdoc.cli import command_names
from lossdoc.knowledge import Knowledge
from lossdoc.show.blocks import Cut, Facts, Grid, Text, Verbatim

ROOT = Path(__file__).resolve().parents[1]
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    return files(ROOT)


def test_every_entry_and_every_command_has_a_page(site: dict[str, str]) -> None:
    for kind, folder in FOLDERS.items():
        for entry in Knowledge.load().entries(kind):
            assert f"docs/{folder}/{entry.id}.md" in site
    for name in command_names():
        assert f"docs/commands/{name}.md" in site


def test_every_link_leads_somewhere(site: dict[str, str]) -> None:
    for name, text in site.items():
        if not name.endswith(".md"):
            continue
        prose = re.sub(r"^(`{3,4}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
        for target in _LINK.findall(prose):
            if re.match(r"[a-z]+:|#", target):
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target.partition("#")[0]))
            assert path in site or (ROOT / path).is_file(), f"{name} links {target}"


def test_every_page_is_in_the_navigation(site: dict[str, str]) -> None:
    pages = {name.removeprefix("docs/") for name in site if name.endswith(".md")}
    assert set(re.findall(r"[\w./-]+\.md$", site["mkdocs.yml"], re.MULTILINE)) >= pages


def test_pictures_are_xml_and_used(site: dict[str, str]) -> None:
    for name, text in site.items():
        if name.endswith(".svg"):
            assert ElementTree.fromstring(text).tag.endswith("svg")
            stem = re.sub(r"-\d+$", "", name.removesuffix(".svg"))
            page = site.get(f"{name.removesuffix('.svg')}.md") or site[f"{stem}.md"]
            assert f"({posixpath.basename(name)})" in page


def test_the_terminal_changes_nothing(site: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "43")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert files(ROOT) == site


def test_check_lists_what_differs_and_write_mends_it(tmp_path: Path) -> None:
    made = {"docs/a.md": f"<!-- {MARK} -->\na\n", "docs/b/c.svg": "<svg/>\n", "mkdocs.yml": "nav:\n"}
    assert command.write(tmp_path, made) == 3
    assert command.differences(tmp_path, made) == []
    (tmp_path / "docs/a.md").write_text("other")
    (tmp_path / "docs/b/c.svg").unlink()
    (tmp_path / "docs/old.md").write_text(f"<!-- {MARK} -->\n")
    (tmp_path / "docs/mine.md").write_text("# By hand\n")
    assert dict(command.differences(tmp_path, made)) == {
        "docs/a.md": "differs",
        "docs/b/c.svg": "missing",
        "docs/old.md": "no longer made",
    }
    command.write(tmp_path, made)
    assert command.differences(tmp_path, made) == []
    assert (tmp_path / "docs/mine.md").exists()
    assert not (tmp_path / "docs/old.md").exists()


def test_text_of_a_page_is_no_markup() -> None:
    assert escape("a_b <x> *y* [z] |") == "a_b &lt;x> \\*y\\* \\[z\\] &#124;"
    assert span(Text("1. not a list"), lambda _: None) == "1\\. not a list"
    assert span(Text("- nor this"), lambda _: None) == "\\- nor this"
    assert span(Text("Set ").append("a|b", "cyan"), lambda _: None) == "Set <code>a&#124;b</code>"


def test_blocks() -> None:
    page = Page("x", {"kl": "../metrics/kl.md"}.get)
    made = page.markdown(
        [
            Facts([("kl", Text("far")), ("unit", Text("nats"))]),
            Grid(("a", "b"), [(Text("1"), Text(""))], (1, 1)),
            Cut(Text("  | t | u |")),
            Cut(Text("  |---|---|")),
            Verbatim("x = `y`"),
        ]
    )
    assert made == (
        "- [`kl`](../metrics/kl.md): far\n- **unit**: nats\n\n| a | b |\n| --- | --- |\n| 1 |   |\n\n"
        "| t | u |\n|---|---|\n\n```text\nx = `y`\n```\n"
    )


def test_sections_of_a_readme(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# t\n<!-- m -->\nintro\n\n## Use it\n```bash\n## no heading\n```\n\n## Other\nz\n")
    assert sections(readme) == {"": "# t\nintro", "Use it": "```bash\n## no heading\n```", "Other": "z"}
