"""Objections (异议): a volunteer objects to an entry, and is answered (民政部令67号 Arts 12-13)."""
