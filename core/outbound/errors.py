"""What goes wrong when we ask other sites. Every message is a sentence for a person, without secrets of ours."""


class OutboundError(Exception):
    """No usable answer."""


class Refused(OutboundError):
    """We do not ask that: the address leads inside, or is written in a way nobody needs."""


class NoSuchHost(OutboundError):
    """The name does not exist."""


class Unreachable(OutboundError):
    """Nobody answers, or the connection broke."""


class Untrusted(Unreachable):
    """The certificate is not valid for the name."""


class BadAnswer(OutboundError):
    """What came is no proper HTTP."""


class TooSlow(OutboundError):
    """The whole exchange, redirects included, took longer than it may."""


class TooLarge(OutboundError):
    """The body, unpacked, is larger than it may be."""


class TooManyRedirects(OutboundError):
    """It redirects in a circle, or for too long."""
