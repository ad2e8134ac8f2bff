"""每周两小时: the weekly target, who has reached it, and what excuses a week.

A week's effort is its minutes of service: paid duty, training and later adjustments are none. Nobody
owes anything: a miss is never carried over, and only a week that is over and not excused ends a streak.
"""
