"""Gates: what a run has to reach, in a language of its own that is parsed and never evaluated as code.

    eval/loss.last < 1.2                     a curve, a statistic of it, a number
    reward_accuracy.mean(last 10%) >= 0.7    ... of a part of it: last/first N points or N%, from STEP, to STEP
    grad_norm.p99 < 50                       last first min max mean median std best p0 to p100 count non_finite
    loss[wiki].last < loss[code].last * 1.1  a label of a curve; another curve, with a factor
    `My/own.Key`.last < 3                    a key as it is logged
    steps >= 3000                            also: epochs, records, errors, warnings
    generalising == yes                      a vital sign: yes, no or unknown
    verdict != suspicious                    failing, suspicious, healthy, "not judged"

`grammar.py`: text -> Gate. `measure.py`: a quantity of a report -> number or word. `judge.py`: Gate, Report -> Outcome.
"""
