"""Names of places and respondents in petitions: where they stand, their kind, and a text without them."""

from minelib.mentions.find import Mention, find_all_mentions, find_mentions
from minelib.mentions.mask import mask_mentions, strip_all_mentions, strip_mentions
from minelib.mentions.names import name_stem, normalise_name
from minelib.mentions.place import (
    HEAD,
    name_petitions,
    named_heads,
    place_of,
    respondent_of,
    township_of,
)
from minelib.mentions.table import Joining, Mentions

__all__ = [
    "HEAD",
    "Joining",
    "Mention",
    "Mentions",
    "find_all_mentions",
    "find_mentions",
    "mask_mentions",
    "name_petitions",
    "name_stem",
    "named_heads",
    "normalise_name",
    "place_of",
    "respondent_of",
    "strip_all_mentions",
    "strip_mentions",
    "township_of",
]
