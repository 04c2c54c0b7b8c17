"""lossdoc inside other programs: callbacks that judge a run while it trains, and a fixture for its tests.

`transformers` (also for TRL), `lightning` and `keras` each have a `LossdocCallback`; `pytest` has the fixture
`healthy_log`. Each module imports its library, so none is imported before it is used. `session.py` holds what they
share: rows come in, new findings come out.

A callback never ends a training by a fault of its own: what goes wrong in it is logged, once.
"""
