"""`lossdoc check`."""


def command() -> None:
    """Say what is wrong with a training run."""
