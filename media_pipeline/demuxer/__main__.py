"""`facts PATH FORMAT` or `cover PATH FORMAT STREAM`: what is found goes to stdout, as JSON or as bytes."""

import json
import sys
from pathlib import Path

from media_pipeline.demuxer.facts import cover, facts


def main(task: str, path: str, format: str, *rest: str) -> None:
    if task == "cover":
        sys.stdout.buffer.write(cover(Path(path), format, int(rest[0])))
    else:
        json.dump(facts(Path(path), format), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
