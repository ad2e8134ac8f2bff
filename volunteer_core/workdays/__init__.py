"""Is this a working day, a school day, is the site open: five layers, the last that speaks wins.

1. the weekday rule (Monday to Friday; tentative when the year is not announced yet)
2. the national calendar with its make-up days (State Council, through ``chinesecalendar``)
3. local days the office lays down
4. school terms (for school days only)
5. closures (停课, typhoon), for a site, a community or everywhere, by time span
"""
