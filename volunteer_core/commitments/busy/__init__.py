"""When a person is busy elsewhere, as a calendar of theirs says: merged spans, and nothing else of it.

People upload a calendar or register its address (:mod:`.adding`), see what is known of it
(:mod:`.listing`), and addresses are read again (:mod:`.refreshing`) as :mod:`.fetching` allows.

What a calendar holds was written by others. :mod:`.limits` says how much of it is taken, :mod:`.lines`
checks that on the raw text and drops what says nothing of time, :mod:`.entries` has icalendar read the
rest, :mod:`.expanding` makes spans of it, and :mod:`.apart` does all that in a process that can be killed.
:mod:`.keeping` keeps the spans of the coming half year, :mod:`.times` has checks and plans read them.
"""
