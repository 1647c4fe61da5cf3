"""The HDHomeRun that clients see."""
