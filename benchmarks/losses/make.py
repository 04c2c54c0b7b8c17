"""Write tests/data/loss_peers.json. Needs torch, torchmetrics, scikit-learn, sentence-transformers and trl; no test does.

python -m benchmarks.losses.make
"""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

from benchmarks.losses import torch_cases, trl_cases

TABLE = Path(__file__).parents[2] / "tests" / "data" / "loss_peers.json"
PEERS = ("torch", "torchmetrics", "scikit-learn", "sentence-transformers", "trl")


def main() -> None:
    """One case per line, so that a change of a peer shows as one changed line."""
    versions = {name: importlib.metadata.version(name) for name in PEERS}
    rows = [json.dumps(case.plain()) for module in (torch_cases, trl_cases) for case in module.cases()]
    body = ",\n".join(rows)
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(f'{{"versions": {json.dumps(versions)},\n"cases": [\n{body}\n]}}\n', encoding="utf-8")
    print(f"{len(rows)} cases, {TABLE.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
