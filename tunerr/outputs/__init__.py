"""Faces towards clients: the HDHomeRun, streams, guide, playlist and health."""
