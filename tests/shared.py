"""Where the real data lie that nobody here wrote: beside the project, read in place, never copied."""

import os
from pathlib import Path

DATA = Path(os.environ.get("MASTHEAD_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
