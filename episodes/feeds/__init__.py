from episodes.feeds.private import private_feed
from episodes.feeds.public import network_feed, opml, season_feed, show_feed, show_topic_feed

__all__ = ["network_feed", "opml", "private_feed", "season_feed", "show_feed", "show_topic_feed"]
