"""Teams, membership and leaders; the three-person grid team; the programmes that teams run.

Programmes stand here and not in ``rosters``, because the ledger and the events name them too.
"""
