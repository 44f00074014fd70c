"""The process of one command or click: it does one job, and ends."""

import atexit
import gc


def skip_garbage_collection() -> None:
    """Let this process leave its garbage where it lies, as it ends soon.

    What a job makes lives until it ends: looking it through took a seventh of a large merge. At its end the interpreter
    looks all through once more, which takes a fifth of the time to import pandera; what is frozen it passes over.
    """
    gc.set_threshold(100_000, 50, 50)
    atexit.register(gc.freeze)
