"""Which app asks, by its User-Agent, and which is none.

Names of apps and of robots are facts that everybody lists alike (https://github.com/opawg/user-agents-v2); what is in the
table is what podcasts are really heard with. A change here changes what is counted from now on, and of the past what
`recompute_downloads` is asked to.
"""

import re
from functools import lru_cache

OTHER = "Other"

_BOTS = re.compile(
    r"""bot\b|bot[/_-]|robot|crawl|spider|slurp|scrap|archiver|heritrix|fetcher|feedfetcher|preview|prerender|lighthouse
    |monitor|uptime|pingdom|statuscake|checker|validator|headless|phantomjs|selenium|puppeteer|playwright
    |facebookexternalhit|facebookcatalog|meta-external|whatsapp|telegrambot|skypeuri|embedly|quora\ link|vkshare
    |googleother|google-read-aloud|google-inspectiontool|mediapartners|bingpreview|yandex(?:images|media|metrika)
    |gptbot|chatgpt|oai-search|claude|anthropic|ccbot|cohere|perplexity|bytespider|amazonbot|diffbot|turnitin
    |podcastindex|podchaser|podnews|listennotes|listen\ notes|podping|podbean-?importer|podtrac|chartable|rephonic
    |^(?:curl|wget|libwww|lwp|python|aiohttp|httpx|go-http|java/|ruby|perl|php|guzzle|axios|node|got\b|undici|scrapy
        |apache-httpclient|okhttp\ test|powershell|httpie|nutch|winhttp|faraday|rest-client|insomnia|postman)
    """,
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)

_APPS = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.ASCII))
    for name, pattern in (
        ("Apple Podcasts", r"^(apple\s?)?podcasts/|^balados/|^podcasti/|^podcast/|^itmsd?|^atc/|watchos/"),
        ("iTunes", r"^itunes/"),
        ("Overcast", r"overcast"),
        ("Pocket Casts", r"pocket ?casts|shiftyjelly"),
        ("Spotify", r"^spotify/"),
        ("AntennaPod", r"antennapod"),
        ("Castro", r"^castro"),
        ("Downcast", r"downcast"),
        ("Podcast Addict", r"podcast ?addict"),
        ("Castbox", r"castbox"),
        ("Player FM", r"player ?fm"),
        ("Podbean", r"podbean"),
        ("Podcast Guru", r"podcast ?guru"),
        ("Podverse", r"podverse"),
        ("Fountain", r"^fountain"),
        ("TrueFans", r"truefans"),
        ("Castamatic", r"castamatic"),
        ("PodLP", r"podlp"),
        ("Podkicker", r"podkicker"),
        ("BeyondPod", r"beyondpod"),
        ("Doggcatcher", r"doggcatcher"),
        ("DoubleTwist", r"doubletwist"),
        ("iCatcher", r"icatcher"),
        ("RSSRadio", r"rssradio"),
        ("Instacast", r"instacast"),
        ("Breaker", r"^breaker/"),
        ("Himalaya", r"himalaya"),
        ("Luminary", r"luminary"),
        ("Stitcher", r"stitcher"),
        ("TuneIn", r"tunein"),
        ("iHeartRadio", r"iheartradio"),
        ("Deezer", r"^deezer"),
        ("Audible", r"audible"),
        ("Amazon Music", r"amazon ?music"),
        ("YouTube Music", r"youtube ?music"),
        ("Google Podcasts", r"google-?podcasts|googlechirp"),
        ("Alexa", r"alexa|^amazon-?echo|echo/1\."),
        ("Sonos", r"sonos"),
        ("Roku", r"^roku"),
        ("gPodder", r"gpodder"),
        ("GNOME Podcasts", r"gnome ?podcasts|podcasts-gtk"),
        ("Kasts", r"^kasts"),
        ("AudioBookShelf", r"audiobookshelf"),
        ("Snipd", r"snipd"),
        ("Goodpods", r"goodpods"),
        ("Metacast", r"metacast"),
        ("Winamp", r"winamp"),
        ("VLC", r"\bvlc\b|libvlc"),
        ("mpv", r"\bmpv\b"),
        ("foobar2000", r"foobar2000"),
        ("Windows Media Player", r"windows-media-player|nsplayer"),
        ("Apple devices", r"^applecoremedia|^apple(tv|home)"),
        ("Edge", r"edg(e|a|ios)?/"),
        ("Opera", r"opr/|opera"),
        ("Samsung Internet", r"samsungbrowser"),
        ("Firefox", r"firefox/|fxios/"),
        ("Chrome", r"chrome/|crios/"),
        ("Safari", r"safari/"),
    )
)


@lru_cache(maxsize=4096)
def app_of(agent: str) -> str | None:
    """The name of the app, “Other” for one that nobody knows, None for a robot."""
    if _BOTS.search(agent):
        return None
    return next((name for name, pattern in _APPS if pattern.search(agent)), OTHER)
