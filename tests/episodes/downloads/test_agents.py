import time

import pytest

from episodes.downloads.agents import OTHER, app_of


@pytest.mark.parametrize(
    ("agent", "app"),
    [
        ("Podcasts/1650.20 CFNetwork/1406 Darwin/22.4.0", "Apple Podcasts"),
        ("AppleCoreMedia/1.0.0.20F66 (iPhone; U; CPU OS 16_5 like Mac OS X; en_us)", "Apple devices"),
        ("Overcast/3.0 (+http://overcast.fm/; iOS podcast app)", "Overcast"),
        ("PocketCasts/1.0 (Pocket Casts Feed Parser; +http://pocketcasts.com/)", "Pocket Casts"),
        ("Pocket Casts", "Pocket Casts"),
        ("AntennaPod/3.4.0", "AntennaPod"),
        ("Spotify/8.8.40 Android/33 (SM-G998B)", "Spotify"),
        ("CastBox/8.5 (fm.castbox.audiobook.radio.podcast;build:1) okhttp/4", "Castbox"),
        ("PodcastAddict/v5 (+https://podcastaddict.com/; Android podcast app)", "Podcast Addict"),
        ("Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
            "Chrome",
        ),
        ("Mozilla/5.0 … AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15", "Safari"),
        ("VLC/3.0.20 LibVLC/3.0.20", "VLC"),
        ("okhttp/4.12.0", OTHER),
        ("", OTHER),
        ("Something nobody knows", OTHER),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", None),
        ("facebookexternalhit/1.1", None),
        ("Mozilla/5.0 (X11) HeadlessChrome/130.0 Safari/537.36", None),
        ("curl/8.9", None),
        ("python-requests/2.32", None),
        ("Wget/1.21", None),
        ("Go-http-client/2.0", None),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", None),
    ],
)
def test_apps_are_told_by_what_they_call_themselves(agent: str, app: str | None) -> None:
    assert app_of(agent) == app


@pytest.mark.parametrize("piece", ["bot", "podcast ", "Mozilla/5.0 (", "\0", "a" * 10, "google-"])
def test_no_name_takes_long(piece: str) -> None:
    begun = time.perf_counter()
    app_of((piece * 300)[:300])
    assert time.perf_counter() - begun < 0.05
