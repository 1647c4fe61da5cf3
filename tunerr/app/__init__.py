"""Composition only: build the parts, start them in order, drain and stop in reverse."""
