"""五点学堂: children, their guardians and enrolment, a day's session, arrival and hand-over.

A child's data is need-to-know: the session's staff on duty, its coordinator, its guardians. That
is why children are not in ``people``, and nothing here reaches a calendar, a log or an error.
"""
