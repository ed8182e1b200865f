"""The memory ceiling of the fetcher, measured by what it holds now."""

from pathlib import Path
from resource import getpagesize

from scrapy.extensions.memusage import MemoryUsage

STATM = Path("/proc/self/statm")


class ResidentMemoryLimit(MemoryUsage):
    """Closes the spider when the resident memory passes MEMUSAGE_LIMIT_MB; by the peak where /proc is missing."""

    def get_virtual_size(self) -> int:
        """Give the resident memory in bytes."""
        try:
            return int(STATM.read_text("ascii").split()[1]) * getpagesize()
        except OSError:
            return super().get_virtual_size()
