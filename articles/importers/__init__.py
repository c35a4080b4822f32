"""Reads folders of Markdown as static-site generators (Zola, Hugo, Jekyll and others) keep them."""
