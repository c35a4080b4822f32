from publishing.models.body import RENDERED, Body, asset_ids, asset_images
from publishing.models.editorial import (
    Autosave,
    Comment,
    EditorialEvent,
    LintResult,
    PreviewLink,
    Revision,
    SavedSearch,
    Waiver,
)
from publishing.models.identity import KINDS, ImportRecord, Item, Redirect, contents_of
from publishing.models.links import MAX_URL, OutsideLink, digest_of
from publishing.models.publication import Publication, PublicationLink
from publishing.models.publishable import WORKFLOW, Publishable, PublishableQuerySet
from publishing.models.topic import Topic

__all__ = [
    "KINDS",
    "MAX_URL",
    "RENDERED",
    "WORKFLOW",
    "Autosave",
    "Body",
    "Comment",
    "EditorialEvent",
    "ImportRecord",
    "Item",
    "LintResult",
    "OutsideLink",
    "PreviewLink",
    "Publication",
    "PublicationLink",
    "Publishable",
    "PublishableQuerySet",
    "Redirect",
    "Revision",
    "SavedSearch",
    "Topic",
    "Waiver",
    "asset_ids",
    "asset_images",
    "contents_of",
    "digest_of",
]
