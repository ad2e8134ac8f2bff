"""Handing a promised shift on: offers, swaps, stand-ins; open shifts people take, and their wait-list."""
