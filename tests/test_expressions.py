"""Expressions that wait to be compiled behave like those that do not, and modules of readers compile none."""

from __future__ import annotations

import subprocess
import sys

from lossdoc.words.expressions import expression


def test_an_expression_is_compiled_when_it_is_asked() -> None:
    made = expression("(?P<letter>[a-z])", 2)
    assert "match" not in vars(made)
    found = made.match("A")
    assert found is not None
    assert found["letter"] == "A"
    assert "match" in vars(made)
    assert made.pattern == "(?P<letter>[a-z])"
    assert dict(made.groupindex) == {"letter": 1}


def test_readers_compile_nothing_when_they_are_imported() -> None:
    code = (
        "import re, sys; made = []; compiled = re.compile\n"
        "re.compile = lambda *args: (made.append(sys._getframe(1).f_globals['__name__']), compiled(*args))[1]\n"
        "from lossdoc.readers import all_readers; all_readers()\n"
        "print(sum('lossdoc.readers' in name and 'looks' not in name for name in made))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
