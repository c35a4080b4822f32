from articles.models import Article, Byline, Section, Series
from publishing.roles import EVERYTHING, declare, declare_kind

declare_kind(Article)
declare(Byline, author=EVERYTHING)
declare(Section, author="view", editor="add change", publisher="delete")
declare(Series, author="view", editor="add change delete")
