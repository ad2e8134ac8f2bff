"""The demonstration: the sample office living from September to its present, 3 December 2026.

Everything goes through the operations that leaders, volunteers and the street office use; the
only thing that is not real is the clock, which stands at :data:`PRESENT`.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

PRESENT = datetime(2026, 12, 3, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
