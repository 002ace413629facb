"""What the notebooks share: `steps` is the heart; the README has a map."""

import importlib
import pkgutil
import sys

for stream in sys.stdout, sys.stderr:
    if hasattr(stream, "reconfigure"):  # a console that cannot show a sign (cp1252, ASCII) shows "?" instead
        stream.reconfigure(errors="replace")


def modules_of(package):
    """All modules of a package, imported: what lists steps or exercises finds a new file by itself. → list"""
    path = sys.modules[package].__path__
    return [importlib.import_module(f"{package}.{found.name}") for found in pkgutil.iter_modules(path)]


def public(modules):
    """The names that these modules define, but those that begin with an underscore. → dict"""
    return {
        name: thing
        for module in modules
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and (name.isupper() or getattr(thing, "__module__", "") == module.__name__)
    }
