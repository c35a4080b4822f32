"""The rules, a file for each part of a feed. Loading a file puts its rules into the table."""

import importlib
import pkgutil


def load() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
