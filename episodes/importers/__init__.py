"""Moving in: podcasts from their feeds, transcripts from folders.

decoding, repairing, lenient, reading   bytes -> a tree of elements, whatever state the feed is in
names, values, judging                  what feeds call things, how they spell them, which addresses are usable
channel, entries, feed                  the tree -> plain dataclasses with a sentence for everything that is wrong
notes                                   HTML of feeds -> Markdown
people, shows, episodes, fetching       the dataclasses -> rows; audio, pictures and transcripts of other hosts
matching                                files of transcripts -> episodes
"""
