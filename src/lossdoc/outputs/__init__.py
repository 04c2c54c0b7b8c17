"""One file per output format. A writer is a pure function of reports.

A writer is a module of this folder (not starting with "_") with `NAME` (the word after --format), `TITLE`, and
`write(result: Result, options: Options) -> str`. Text for people goes through the same door.
"""
