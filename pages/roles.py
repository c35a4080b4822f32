from pages.models import FrontPageSlot, StaticPage
from publishing.roles import EDITOR, EVERYTHING, declare, declare_kind

declare_kind(StaticPage, written_by=EDITOR)  # imprint, privacy: the words of the house
declare(FrontPageSlot, editor=EVERYTHING)
