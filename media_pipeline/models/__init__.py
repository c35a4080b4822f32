from media_pipeline.models.assets import EDITED, MediaAsset, Recording
from media_pipeline.models.regions import OriginSwitch, Region, RegionCopy
from media_pipeline.models.renditions import Encoding, Rendition, RenditionSet
from media_pipeline.models.replacements import Replacement
from media_pipeline.models.transcripts import FormerTranscript, Transcript
from media_pipeline.models.uploads import Upload

__all__ = [
    "EDITED",
    "Encoding",
    "FormerTranscript",
    "MediaAsset",
    "OriginSwitch",
    "Recording",
    "Region",
    "RegionCopy",
    "Rendition",
    "RenditionSet",
    "Replacement",
    "Transcript",
    "Upload",
]
