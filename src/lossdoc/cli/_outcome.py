"""The exit code of `check`, and what is said about the reasons that no report shows."""

from __future__ import annotations

from lossdoc.cli._errors import say
from lossdoc.config.schema import Config
from lossdoc.model.finding import SEVERITIES, Finding
from lossdoc.show import report as outputs


def exit_code(result: outputs.Result, config: Config) -> int:
    """1 for a failing run or gate, else 2 for an input that was named and gave no metric, else 0.

    A run that fails is the graver news: a missing path beside it is said and does not hide it.
    """
    failed = _fails(result, config) and not config.exit_zero
    if failed:
        return 1
    return 2 if any(unread.named for unread in result.not_read) else 0


def _fails(result: outputs.Result, config: Config) -> bool:
    news = [f for report in result.reports for f in report.findings if not f.known]
    gates = [gate for report in result.reports for gate in report.failed_gates]
    bad = SEVERITIES[: SEVERITIES.index(config.fail_on) + 1] if config.fail_on != "never" else ()
    return any(f.severity in bad for f in news) or bool(gates) or _too_many(news, result, config)


def _too_many(news: list[Finding], result: outputs.Result, config: Config) -> bool:
    """Warnings are counted as the reports show them: one illness is one warning."""
    if config.max_warnings is None:
        return False
    warnings = sum(f.severity == "warning" and f.because_of is None for f in news)
    if warnings <= config.max_warnings:
        return False
    runs = len(result.reports)
    say(f"{warnings} warnings in {runs} run{'s' if runs != 1 else ''}: --max-warnings allows {config.max_warnings}")
    return True
