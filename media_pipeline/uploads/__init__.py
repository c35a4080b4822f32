"""Bytes come in here, from a browser or a command, and become assets once they are whole, hashed and understood.

The browser and the command send parts straight to the storage (`lifecycle`, `multipart`), the work
`media.check_upload` reads them once and makes the asset (`checking`), `sweeping` removes what nobody finishes.
"""

from media_pipeline.uploads.bringing import bring
from media_pipeline.uploads.lifecycle import Conflict, Refused

__all__ = ["Conflict", "Refused", "bring"]
