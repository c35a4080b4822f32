from core.work import Run, handler
from search.indexing import reindex


@handler("search.reindex")
def reindex_items(run: Run) -> None:
    with run.commit():
        reindex(run.payload["items"])
