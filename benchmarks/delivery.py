"""How long an answer takes that says from where something is played, and how long a playlist of two hours.

    .venv/bin/python benchmarks/delivery.py [--times 400]

Granian on 127.0.0.1 with its own database: 50 recordings of two hours, eight regions that hold them all, a signed-in
listener. The storage's address is a black hole whose connections are counted: there must be none. Milliseconds; the
aims are 15 at the 95th percentile for what is signed, and 10 for what is linked.
"""

import argparse
import hashlib
import os
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import psutil
import urllib3

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import serving, surroundings  # noqa: E402

HOURS, RECORDINGS = 2, 50
SECONDS = HOURS * 3600
SEGMENT, SPRITE = 4, 10  # seconds
RUNGS = ["1080p", "720p", "480p", "360p"]
VISITORS = ["8.8.8.8", "193.99.144.80", "202.12.27.33", "1.1.1.1", "200.160.2.3"]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--times", type=int, default=400)
    times = options.parse_args().times
    surroundings.with_servers("delivery-benchmark")
    number = filled()
    cookie = signed_in()
    with black_hole() as (address, calls):
        os.environ |= {"S3_ENDPOINT_URL": address, "TRUSTED_PROXY_COUNT": "1", "STAFF_MFA_REQUIRED": "0"}
        with serving.serving("granian", "config.wsgi:application", ROOT) as (site, server):
            report(site, server, number, cookie, times)
        print(f"\nconnections to the storage: {len(calls)}")
        if calls:
            sys.exit("The storage was asked.")


def report(site: str, server: psutil.Process, number: int, cookie: str, times: int) -> None:
    http = urllib3.PoolManager()

    def ask(path: str, visitor: int = 0) -> urllib3.BaseHTTPResponse:
        headers = {"Cookie": cookie, "X-Forwarded-For": VISITORS[visitor % len(VISITORS)]}
        return http.request("GET", site + path, headers=headers, redirect=False)

    servers = [server, *server.children(recursive=True)]
    first = ask(f"/media/{number}/playback.json").json()["choices"]
    assert len(first) == 4, first
    master = first[0]["sources"][0]["url"]
    links = ask(master).data.decode().split()
    playlist = urljoin(master, next(line for line in links if line.endswith(".m3u8")))
    video = urljoin(
        playlist, next(line for line in ask(playlist).data.decode().split() if line.endswith(".mp4"))
    )
    storyboard = f"/media/{number}/storyboard.vtt"
    print(f"playlist: {len(ask(playlist).data):,} bytes; storyboard: {len(ask(storyboard).data):,} bytes\n")
    print("| answer | status | median | p95 | worst | CPU |")
    print("|---|---|---|---|---|---|")
    for name, path in {
        "playback.json": f"/media/{number}/playback.json",
        "playback.json without the nearest": f"/media/{number}/playback.json?not={first[0]['region']}",
        "redirect by a grant": video,
        "redirect of a stable address": f"/media/{number}/download.m4a",
        "master playlist": master,
        "playlist": playlist,
        "storyboard": storyboard,
    }.items():
        row(name, lambda turn, path=path: ask(path, turn), times, servers)
    linking(number, times)


def row(name: str, ask: Callable[[int], Any], times: int, servers: list[psutil.Process]) -> None:
    """`servers`: whose processor time is told, too."""
    for turn in range(60):  # each of the server's processes makes its clients of the regions once
        ask(turn)
    taken, before = [], cpu(servers)
    for turn in range(times):
        begun = time.perf_counter()
        answer = ask(turn)
        taken.append((time.perf_counter() - begun) * 1000)
        assert getattr(answer, "status", 200) in (200, 302), answer.data
    used = (cpu(servers) - before) / times
    figures = [statistics.median(taken), statistics.quantiles(taken, n=20)[-1], max(taken), used]
    told = " | ".join(f"{figure:.1f}" for figure in figures)
    print(f"| {name} | {getattr(answer, 'status', '-')} | {told} |", flush=True)


def cpu(processes: list[psutil.Process]) -> float:
    """Milliseconds."""
    return 1000 * sum(sum(process.cpu_times()[:2]) for process in processes)


def linking(number: int, times: int) -> None:
    """Without the server: the text alone, with its question to the database."""
    from media_pipeline.delivery import linked, names
    from media_pipeline.models import Encoding

    found = Encoding.objects.select_related("live__asset").get(pk=number)
    for role in ("playlist", "storyboard"):
        file = found.live.renditions.filter(role=role).select_related("set").first()
        row(
            f"linked() of a {role}",
            lambda _, f=file: linked(f, names.beside),
            times,
            [psutil.Process()],
        )


@contextmanager
def black_hole() -> Iterator[tuple[str, list[Any]]]:
    """An address that takes connections and never says a word, and the connections."""
    calls: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as hole:

        def take() -> None:
            while True:
                try:
                    calls.append(hole.accept())
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{hole.getsockname()[1]}", calls


# --- what is asked for -------------------------------------------------------------------------------------------


def filled() -> int:
    """Rows alone, as nobody asks the storage. The id of one encoding."""
    from media_pipeline.models import Encoding, MediaAsset, OriginSwitch, Region, RegionCopy, Rendition
    from media_pipeline.regions.seeding import seed

    for model in (OriginSwitch, RegionCopy, Encoding, MediaAsset, Region):
        model.objects.all().delete()
    regions = seed()
    made = [recording(number) for number in range(RECORDINGS)]
    copies = [
        RegionCopy(region=region, key=key, bytes=size, sha256=digest, state="verified")
        for key, size, digest in Rendition.objects.values_list("key", "bytes", "sha256")
        for region in regions
    ]
    RegionCopy.objects.bulk_create(copies, batch_size=5000)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return made[RECORDINGS // 2]


def recording(number: int) -> int:
    from django.utils import timezone

    from media_pipeline.models import Encoding, MediaAsset, Rendition, RenditionSet

    digest = hashlib.sha256(b"recording %d" % number).hexdigest()
    asset = MediaAsset.objects.create(
        kind="video",
        sha256=digest,
        key=f"originals/{number}",
        bytes=1,
        duration=SECONDS,
        name=f"No. {number}",
    )
    made = RenditionSet.objects.create(asset=asset, profile="lecture", recipe=digest, ready_at=timezone.now())

    def file(role: str, name: str, suffix: str, content_type: str, text: str = "") -> Rendition:
        own = hashlib.sha256(f"{number} {role} {name}".encode()).hexdigest()
        return Rendition(
            set=made, step="s", role=role, name=name, key=f"renditions/{digest}/{own}.{suffix}", sha256=own,
            bytes=len(text) or 10**8, content_type=content_type, text=text,
        )  # fmt: skip

    hls = "application/x-mpegurl"
    rungs = [file("video", name, "mp4", "video/mp4") for name in RUNGS]
    sounds = [file("audio", "aac", "m4a", "audio/mp4")]
    lists = [file("playlist", one.name, "m3u8", hls, playlist(one)) for one in [*rungs, *sounds]]
    words = [file("subtitles", name, "vtt", "text/vtt") for name in ("en", "de")]
    sprites = [file("sprite", f"sprite-{at}", "jpg", "image/jpeg") for at in range(SECONDS // SPRITE // 25)]
    files = [
        *(*rungs, *sounds, *lists, *words, *sprites),
        file("master", "master", "m3u8", hls, "#EXTM3U\n" + "".join(_variant(one) for one in lists)),
        file("progressive", "480p", "mp4", "video/mp4"),
        file("download", "m4a", "m4a", "audio/mp4"),
        file("poster", "poster", "webp", "image/webp"),
        file("chapters", "chapters", "vtt", "text/vtt"),
        file("storyboard", "storyboard", "vtt", "text/vtt", storyboard(sprites)),
    ]
    Rendition.objects.bulk_create(files)
    return Encoding.objects.create(asset=asset, profile="lecture", wanted=made, live=made).pk


def playlist(rung: Any) -> str:
    name = _name(rung)
    segments = "".join(
        f"#EXTINF:{SEGMENT}.000,\n#EXT-X-BYTERANGE:700000@{at * 700_000}\n{name}\n"
        for at in range(SECONDS // SEGMENT)
    )
    return f'#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-MAP:URI="{name}",BYTERANGE="900@0"\n{segments}#EXT-X-ENDLIST\n'


def storyboard(sprites: list[Any]) -> str:
    cues = []
    for at in range(SECONDS // SPRITE):
        piece = f"{at % 5 * 160},{at // 5 % 5 * 90},160,90"
        cues.append(
            f"{_clock(at * SPRITE)} --> {_clock((at + 1) * SPRITE)}\n{_name(sprites[at // 25 % len(sprites)])}#xywh={piece}\n"
        )
    return "WEBVTT\n\n" + "\n".join(cues)


def _variant(one: Any) -> str:
    return f"#EXT-X-STREAM-INF:BANDWIDTH=1000000\n{_name(one)}\n"


def _name(file: Any) -> str:
    return file.key.rpartition("/")[2]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"


def signed_in() -> str:
    """The cookie of somebody of the desk, whose gate asks the database as others will."""
    from django.contrib.auth.models import Permission
    from django.test import Client

    from accounts.models import User

    User.objects.filter(email="benchmark@example.org").delete()
    user = User.objects.create_user("benchmark@example.org", "x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_recording"))
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


if __name__ == "__main__":
    main()
