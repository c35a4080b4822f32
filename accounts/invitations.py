from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str

from accounts.models import User


def invite(user: User) -> None:
    """Mail somebody the link with which they choose a password, good for PASSWORD_RESET_TIMEOUT. Raises MailNotSent."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    adapter = get_adapter()
    context = {"password_reset_url": adapter.get_reset_password_from_key_url(key)}
    adapter.send_mail("account/email/invitation", user.email, context)
