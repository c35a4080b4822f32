"""`facts PATH FORMAT`, `cover PATH FORMAT STREAM` or `keys PATH FORMAT STREAM RATE`: what is found goes to stdout, as JSON or
as bytes."""

import json
import sys
from fractions import Fraction
from pathlib import Path

from media_pipeline.demuxer.facts import cover, facts
from media_pipeline.demuxer.keys import keys


def main(task: str, path: str, format: str, *rest: str) -> None:
    if task == "cover":
        sys.stdout.buffer.write(cover(Path(path), format, int(rest[0])))
    elif task == "keys":
        json.dump(keys(Path(path), format, int(rest[0]), Fraction(rest[1])), sys.stdout)
    else:
        json.dump(facts(Path(path), format), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
