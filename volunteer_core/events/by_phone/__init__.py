"""Residents without an account sign up by phone number, and confirm it with a code."""
