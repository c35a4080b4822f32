"""What cannot be used, told before any heavy work: the codes and the sentences."""

from typing import Literal

from core.work import Permanent

Code = Literal[
    "empty",
    "not-media",
    "playlist",
    "captions",
    "no-streams",
    "damaged",
    "truncated",
    "lying",
    "absurd",
    "encrypted",
    "unknown-codec",
]

SENTENCES: dict[Code, str] = {
    "empty": "The file is empty.",
    "not-media": "This is neither sound nor video. Bring MP4, MOV, WebM, MKV, MP3, M4A, WAV, FLAC, Ogg or Opus.",
    "playlist": "This is a playlist: it names media and holds none. Bring the file itself.",
    "captions": "This is a file of captions. Bring it as captions, beside the video.",
    "no-streams": "The file holds neither sound nor video.",
    "damaged": "The file is damaged and cannot be read. Export it again.",
    "truncated": "The file ends too early: it was probably cut off while it was copied. Bring it again.",
    "lying": "The file contradicts itself about how long it is. Export it again.",
    "absurd": "The file asks for more memory or time than any sound or video needs.",
    "encrypted": "The file is protected against copying and cannot be converted. Export it without protection.",
    "unknown-codec": "The file uses a codec that is not known here. Export it as H.264 with AAC, or as MP3.",
}


class Refused(Permanent):
    """This file can never become sound or video of the site.

    `str()` is a sentence for whoever brought it; `code` is one of `Code`; `log` is for a technician.
    """

    def __init__(self, code: Code, sentence: str = "", log: str = "") -> None:
        super().__init__(sentence or SENTENCES[code])
        self.code: Code = code
        self.log = log
