"""How much may be sent, and in what pieces. Bytes, unless it says otherwise."""

MIB, GIB = 1024**2, 1024**3

MOST_BYTES = 20 * GIB  # four hours of 1080p from a camera; a worker needs as much of its disk to look at it
PART_BYTES = 16 * MIB  # four at once fit a phone's memory; S3 wants 5 MiB or more, and at most 10,000 parts
MOST_OPEN = 20  # unfinished uploads of a person
URL_SECONDS = 600  # to begin sending a part; once begun it may take longer
MOST_LISTED = 200  # uploads in a list
