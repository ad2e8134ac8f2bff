"""Signing in: tokens that name a person, and the roles the office grants."""
