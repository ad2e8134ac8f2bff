"""Closing months: per community by its coordinator, then by the street office.

A closed month takes no more entries; what is corrected in it is entered in the open one and points back.
"""
