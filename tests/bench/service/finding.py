"""What a part found out."""
from typing import NamedTuple


class Finding(NamedTuple):
    part: str
    what: str       # What was measured, in words.
    measured: str   # How it came out.
    wanted: str     # What must be reached.
    reached: bool
    figures: dict   # All numbers, for the result file.
