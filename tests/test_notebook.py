"""A report in a real notebook: a kernel runs the cell. Skipped where none is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

EXAMPLE = Path(__file__).parents[1] / "examples" / "dpo-displacement.log"


def test_a_cell_that_ends_in_a_report_shows_it() -> None:
    said = f"import lossdoc\nlossdoc.check({str(EXAMPLE)!r}, trainer='dpo')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(said)])
    nbclient.NotebookClient(notebook, timeout=300).execute()
    (output,) = notebook.cells[0].outputs
    assert output.output_type == "execute_result"
    assert "<b>likelihood-displacement</b> at step 50" in output.data["text/html"]
    assert "<iframe srcdoc=" in output.data["text/html"]
    assert output.data["text/plain"].startswith("<Report of ")
