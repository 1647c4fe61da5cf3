"""HDHomeRun devices, and programs that act as one, as a source of channels."""
