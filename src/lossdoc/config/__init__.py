"""What is in force: defaults, configuration files and the command line, and where each value comes from.

`schema.py` says which keys there are, `find.py` finds and reads the files, `layers.py` lays them over each other,
`apply.py` says what holds for one run (overrides by path and trainer, suppressed findings).

    in_force = load(Path.cwd(), given={"fail-on": "warning"})
"""
