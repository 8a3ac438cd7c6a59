"""How people sign in: accounts are given by the university, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up; a message that does not tell whether the login exists."""

    def is_open_for_signup(self, request) -> bool:
        return False
