"""Adapters named for brands: everything that talks to a library's model, a vendor or the outside world."""
