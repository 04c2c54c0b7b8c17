"""What speaks for and against each check: labelled runs, public logs, generated pairs. Writes src/lossdoc/evidence.json."""
