"""Find candidate class-supervision topics (类案监督线索) in Chinese petitions."""

__version__ = "0.1.0"
