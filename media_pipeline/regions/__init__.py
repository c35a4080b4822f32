"""Copies of everything that is delivered, near those who ask for it."""
