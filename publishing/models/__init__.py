from publishing.models.body import RENDERED, Body, asset_ids, asset_images
from publishing.models.identity import KINDS, ImportRecord, Item, Redirect, contents_of
from publishing.models.publication import Publication, PublicationLink
from publishing.models.publishable import WORKFLOW, Publishable, PublishableQuerySet
from publishing.models.topic import Topic

__all__ = [
    "KINDS",
    "RENDERED",
    "WORKFLOW",
    "Body",
    "ImportRecord",
    "Item",
    "Publication",
    "PublicationLink",
    "Publishable",
    "PublishableQuerySet",
    "Redirect",
    "Topic",
    "asset_ids",
    "asset_images",
    "contents_of",
]
