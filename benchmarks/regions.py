"""Copying to the regions beside the same copies made by threads alone, and how long it takes to say how all stands.

    .venv/bin/python benchmarks/regions.py [--rounds 3] [--objects 1000] [--regions 8] [--renditions 12500] [--only sync|status]

The plain copy is one CopyObject an object and region in as many threads as ours, without a database, without proof. Both
are made in turn, into empty buckets; the ratios are those of neighbours, and their median is what counts. The standing
is asked over so many renditions in so many regions, of rows that PostgreSQL has made by itself.
"""

import argparse
import contextlib
import hashlib
import io
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import surroundings  # noqa: E402

SIZE = 20_000  # bytes of an object: a playlist, a picture, captions


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--objects", type=int, default=1000)
    options.add_argument("--regions", type=int, default=8)
    options.add_argument("--renditions", type=int, default=12_500)
    options.add_argument("--only", choices=["sync", "status"])
    chosen = options.parse_args()
    with contextlib.redirect_stdout(io.StringIO()):  # what was made on the way
        surroundings.with_servers("regions-benchmark")
    clear()
    if chosen.only != "status":
        syncing(chosen)
        clear()
    if chosen.only != "sync":
        standing(chosen)
        clear()


def syncing(chosen: argparse.Namespace) -> None:
    from media_pipeline.regions import wanted
    from media_pipeline.regions.syncing import sync

    regions = places(chosen.regions)
    keys = objects(chosen.objects)
    print(f"{len(keys)} objects of {SIZE} bytes x {len(regions)} regions\n")
    print("| round | ours, s | plain, s | throughput: ours / plain | second run, s | copied by it |")
    print("|---|---|---|---|---|---|", flush=True)
    ratios = []
    for number in range(chosen.rounds):
        took = {}
        for way in ("ours", "plain") if number % 2 else ("plain", "ours"):
            empty(regions, keys)
            began = time.perf_counter()
            if way == "ours":
                wanted.agree()
                done = sync(regions)
                if done.objects != len(keys) * len(regions):
                    sys.exit(f"Not everything was copied: {done}")
            else:
                plain(regions, keys)
            took[way] = time.perf_counter() - began
            if way == "ours":
                began = time.perf_counter()
                again = sync(regions)
                second = time.perf_counter() - began
        ratios.append(took["plain"] / took["ours"])
        print(
            f"| {number + 1} | {took['ours']:.2f} | {took['plain']:.2f} | {ratios[-1]:.3f} | {second:.3f} | {again.bytes} bytes |",
            flush=True,
        )
    print(f"\nmedian: {statistics.median(ratios):.3f}\n")


def plain(regions: list[Any], keys: list[str]) -> None:
    """As many threads, a region after the other for each object, as ours go on with all of them at once."""
    from django.conf import settings

    from media_pipeline.regions import buckets

    def copy(what: tuple[Any, str]) -> None:
        region, key = what
        source = {"Bucket": settings.S3_BUCKET, "Key": key}
        buckets.client(region).copy_object(Bucket=region.bucket, Key=key, CopySource=source)

    with ThreadPoolExecutor(buckets.THREADS) as pool:
        list(pool.map(copy, [(region, key) for key in keys for region in regions]))


def standing(chosen: argparse.Namespace) -> None:
    from django.db import connection

    from media_pipeline.regions import wanted

    regions = [region(f"region-{number}") for number in range(chosen.regions)]
    a_set = make_set("standing")
    with connection.cursor() as cursor:
        cursor.execute(_RENDITIONS, [a_set.pk, chosen.renditions])
    began = time.perf_counter()
    wanted.agree()
    filled = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE media_pipeline_regioncopy SET state = 'verified', etag = 'x' WHERE id % 50 > 0"
        )
        cursor.execute("VACUUM ANALYZE media_pipeline_regioncopy")
        cursor.execute("VACUUM ANALYZE media_pipeline_rendition")
    times = []
    for _ in range(max(chosen.rounds, 3)):
        began = time.perf_counter()
        told = wanted.status()
        times.append(time.perf_counter() - began)
    if sum(one.objects for one in told) != chosen.renditions * len(regions):
        sys.exit(f"Not everything was counted: {told}")
    began = time.perf_counter()
    wanted.agree()
    agreed = time.perf_counter() - began
    print(
        f"standing of {chosen.renditions * len(regions):,} copies: {statistics.median(times):.3f} s (median)"
    )
    print(f"rows for all of them: {filled:.2f} s; a reconciliation that changes nothing: {agreed:.2f} s")


_RENDITIONS = """
    INSERT INTO media_pipeline_rendition (set_id, step, role, name, key, sha256, bytes, content_type)
    SELECT %s, 's', 'video', number, 'renditions/' || repeat('ab', 32) || '/' || encode(sha256(number::text::bytea), 'hex') || '.mp4',
        encode(sha256(number::text::bytea), 'hex'), 1000 + number, 'video/mp4'
    FROM generate_series(1, %s) number
"""


def places(number: int) -> list[Any]:
    from media_pipeline.regions.seeding import make_bucket

    made = [region(f"region-{one}") for one in range(number)]
    for one in made:
        if problem := make_bucket(one).problem:
            sys.exit(problem)
    return made


def region(slug: str) -> Any:
    from django.conf import settings

    from media_pipeline.models import Region

    return Region.objects.create(
        name=slug, slug=slug, latitude=0, longitude=0, bucket=f"{settings.S3_BUCKET}-{slug}"
    )


def make_set(name: str) -> Any:
    from django.db.models.functions import Now

    from media_pipeline.models import MediaAsset, RenditionSet

    asset = MediaAsset.objects.create(
        kind="audio",
        sha256=digest(name),
        key=f"originals/{name}",
        content_type="audio/mpeg",
        bytes=1,
        name=name,
    )
    return RenditionSet.objects.create(asset=asset, profile="podcast", recipe=digest(name), ready_at=Now())


def objects(number: int) -> list[str]:
    """Real objects at the origin, and their rows; twenty to a recording."""
    from django.conf import settings

    from media_pipeline.models import Rendition
    from media_pipeline.regions import buckets

    rows, client = [], buckets.origin()
    for one in range(number):
        if one % 20 == 0:
            a_set = make_set(f"recording {one}")
        content = hashlib.sha256(b"%d" % one).digest() * (SIZE // 32)
        key = f"renditions/{a_set.asset.sha256}/{hashlib.sha256(content).hexdigest()}.bin"
        client.put_object(
            Bucket=settings.S3_BUCKET, Key=key, Body=content, CacheControl="private", ContentType="video/mp4"
        )
        about = {"role": "video", "name": str(one), "step": "s", "content_type": "video/mp4"}
        rows.append(
            Rendition(
                set=a_set, key=key, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), **about
            )
        )
    return [row.key for row in Rendition.objects.bulk_create(rows)]


def empty(regions: list[Any], keys: list[str]) -> None:
    from media_pipeline.models import RegionCopy
    from media_pipeline.regions import buckets

    RegionCopy.objects.all().delete()
    for one in regions:
        for begin in range(0, len(keys), 1000):
            gone = {"Objects": [{"Key": key} for key in keys[begin : begin + 1000]], "Quiet": True}
            buckets.client(one).delete_objects(Bucket=one.bucket, Delete=gone)


def clear() -> None:
    from media_pipeline.models import MediaAsset, Region, RegionCopy, Rendition, RenditionSet

    for model in (RegionCopy, Region, Rendition, RenditionSet, MediaAsset):
        model.objects.all().delete()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    main()
