"""The forms of the desk."""

from episodes.forms.episode import CreditFormSet, EpisodeForm
from episodes.forms.fields import SeasonField
from episodes.forms.show import ShowCreditFormSet, ShowForm

__all__ = ["CreditFormSet", "EpisodeForm", "SeasonField", "ShowCreditFormSet", "ShowForm"]
