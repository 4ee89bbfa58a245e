"""What can go wrong, by whose hand.

`InputError` is the user's to mend (exit status 2); any other exception is ours (exit status 1). Messages name files,
sheets, rows and record ids, never the text of a petition.
"""


class MinelibError(Exception):
    """Base of every error minelib raises on purpose."""


class InputError(MinelibError):
    """What the user gave cannot be used; the message says what was got, what is allowed, what to do."""


class LeakError(MinelibError):
    """Unredacted personal information was about to leave; the message holds record ids, never text."""


class MinelibWarning(UserWarning):
    """A result is weaker than it looks: data dropped, a parameter ignored, too few rows to say."""
