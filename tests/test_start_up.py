"""What a command loads: counted in modules and expressions, never in milliseconds."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import lossdoc
from lossdoc import checks
from lossdoc.judge.case import Need
from lossdoc.knowledge import Knowledge
from lossdoc.words.expressions import _Expression

_LOADED = """
import sys
sys.argv = ["lossdoc", "check", sys.argv[1]]
from lossdoc.__main__ import main
try:
    main()
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""


def _modules(log: Path) -> set[str]:
    """What the second call loads: the first one after a change of the code makes the index of the documents anew."""
    call = [sys.executable, "-c", _LOADED, str(log)]
    subprocess.run(call, capture_output=True, timeout=300)
    return set(subprocess.run(call, capture_output=True, text=True, timeout=300).stderr.split())


def test_lines_of_json_load_no_reader_of_other_formats(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    log.write_text("".join(f'{{"step": {n}, "loss": {3 - n / 99}}}\n' for n in range(1, 99)))
    loaded = _modules(log)
    assert "lossdoc.readers.json.jsonl" in loaded
    assert not {"lossdoc.readers.key_value", "lossdoc.readers.csv_table", "lossdoc.readers.hf_stdout"} & loaded
    assert not {"pandas", "yaml", "html.parser", "concurrent.futures", "zipfile", "numpy.ma"} & loaded
    # Nor a check whose curve is not there, nor advice where nothing was found.
    assert not {"lossdoc.checks.zero_std_groups", "lossdoc.checks.eval_gap", "lossdoc.advice"} & loaded
    assert "lossdoc.checks.no_learning" in loaded


def test_a_long_table_without_blanks_loads_no_pandas(tmp_path: Path) -> None:
    log = tmp_path / "run.csv"
    log.write_text("step,loss\n" + "".join(f"{n},{3 - n / 9999}\n" for n in range(1, 5000)))
    loaded = _modules(log)
    assert "lossdoc.readers._number_table" in loaded
    assert "pandas" not in loaded


def test_the_index_says_without_which_curve_a_check_cannot_judge() -> None:
    known = Knowledge.load().main_curves
    assert len(known) > 40
    for check_id, curve in known.items():
        need = next(need for need in checks.load(check_id).needs.values() if isinstance(need, Need))
        assert (need.names, need.split, need.optional) == (curve.metrics, curve.split, False), check_id


def test_every_expression_is_one() -> None:
    found = 0
    for module in pkgutil.walk_packages(lossdoc.__path__, "lossdoc."):
        if ".integrations" in module.name or module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, _Expression):
                re.compile(value.pattern, value._flags)
                found += 1
    assert found > 100
