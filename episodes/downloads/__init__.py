"""Who heard what, by the rules of docs/downloads.md: requests are noted, counted and shown as numbers."""
