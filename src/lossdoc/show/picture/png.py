"""The picture as PNG: the drawing of `svg.py` in its light colours, turned into pixels by resvg (the extra `png`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lossdoc.show.picture import Plot, svg
from lossdoc.words.expressions import expression

ZOOM = 2  # pixels per unit of the drawing that a screen of today wants
_INK = expression(r"(--\w+): ([^;]+);")
_USED = expression(r"var\((--\w+)\)")
_LETTER = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'


def write(plots: Sequence[Plot]) -> bytes:
    """One PNG file. ValueError where the extra is not installed, or where no font is there to write with."""
    try:
        import resvg_py
    except ImportError as error:
        raise ValueError("a PNG needs another package: pip install 'lossdoc[png]'; or name a file .svg") from error
    written = resvg_py.svg_to_bytes(svg_string=_LETTER.format('<text y="15">x</text>'))
    if written == resvg_py.svg_to_bytes(svg_string=_LETTER.format("")):
        raise ValueError("no font on this machine to write the numbers of a PNG with; name a file .svg instead")
    return bytes(resvg_py.svg_to_bytes(svg_string=light(svg.write(plots)), zoom=ZOOM))


def light(drawing: str) -> str:
    """Colours in place of the names that they have in the style, which resvg does not look up: the first are light."""
    inks: dict[str, str] = {}
    for name, colour in _INK.findall(drawing):
        inks.setdefault(name, colour)
    drawing = re.sub(r"@media [^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", drawing)
    return _USED.sub(lambda used: inks[used[1]], drawing)
