"""Certificates (志愿服务记录证明): what a recording body certifies of a person's service.

Each is issued by one body, for only who has recorded certifies (民政部令67号 Arts 2, 15): a period in
which two bodies recorded gives two certificates. What one says is frozen when it is issued.
"""
