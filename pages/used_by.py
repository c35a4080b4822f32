from collections.abc import Iterator

from pages.models import FrontPageSlot
from publishing.lists.used_by import Uses, used_by
from publishing.models import Publishable


@used_by(Publishable)
def places_on_the_front_page(content: Publishable) -> Iterator[Uses]:
    yield Uses("It has a place on the front page", FrontPageSlot.objects.filter(item=content.item_id))
