"""New bytes for an asset, under the id that texts and episodes know; the former ones are kept beside it, for the way back.

The new file is an asset of its own until everything is made of it that is wanted of the old one (`wishes`). Then the
two rows exchange their files in one transaction (`exchanging`).
"""

from media_pipeline.replacing.exchanging import attempt, go_on, tell
from media_pipeline.replacing.wishes import REPLACE, TELL, Refused, ask, ask_again, give_up, prompt, refusal

__all__ = [
    "REPLACE",
    "TELL",
    "Refused",
    "ask",
    "ask_again",
    "attempt",
    "give_up",
    "go_on",
    "prompt",
    "refusal",
    "tell",
]
