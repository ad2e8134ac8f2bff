"""Drafts made by the planner: asked for, computed in a process of their own, compared, edited, applied."""
