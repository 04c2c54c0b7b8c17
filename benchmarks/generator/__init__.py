"""Seeded curves with realistic noise: a fault and its healthy twin (same seed, no fault), for checks that few labelled runs have.

A scenario is a function of a module under `scenarios/` with the decorator `scenario`: (draw, sick) -> curves by name.
Names are canonical ids; `eval_` in front means the eval split, `reward[component=format]` a labelled curve. The figures
are reported apart from those of real runs: they show that a check sees its fault through noise, they calibrate nothing.
"""
