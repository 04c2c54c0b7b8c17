"""The body of knowledge under `metrics/`: what keys mean, what is expected, what to say."""

from lossdoc.knowledge.facts import (
    Advice,
    CheckPage,
    Entry,
    Expectation,
    MetricFacts,
    Problem,
    Resolved,
    TrainerFacts,
)
from lossdoc.knowledge.library import Knowledge
from lossdoc.knowledge.store import metrics_dir
from lossdoc.knowledge.trainers import UnknownTrainer

__all__ = [
    "Advice",
    "CheckPage",
    "Entry",
    "Expectation",
    "Knowledge",
    "MetricFacts",
    "Problem",
    "Resolved",
    "TrainerFacts",
    "UnknownTrainer",
    "metrics_dir",
]
