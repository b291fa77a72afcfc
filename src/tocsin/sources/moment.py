"""Times as logs write them, under the name that parsers use: the functions are the model's."""

from tocsin.model.moment import to_epoch, to_iso

__all__ = ["to_epoch", "to_iso"]
