"""Guides merged for one lineup version and written as an edition."""
