"""Names of places and respondents in petitions: where they stand, their kind, and a text without them."""

from minelib.mentions.find import Mention, find_mentions
from minelib.mentions.mask import mask_mentions, strip_mentions
from minelib.mentions.names import normalise_name

__all__ = ["Mention", "find_mentions", "mask_mentions", "normalise_name", "strip_mentions"]
