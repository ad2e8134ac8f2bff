"""Hours: the append-only ledger and all that enters it (attendance, claims, corrections, imports),
closing months, weekly targets, tallies, star levels, and certificates.

Minutes are whole and nothing rounds up. Paid duty of salaried grid workers is kept apart and
never counted as volunteer hours (志愿服务条例 Art 2, 民政部令67号 Art 19).
"""
