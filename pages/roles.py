from pages.models import FrontPageSlot, StaticPage
from publishing.roles import EVERYTHING, declare, declare_kind

declare_kind(StaticPage)
declare(FrontPageSlot, editor=EVERYTHING)
