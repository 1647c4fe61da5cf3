"""The HDHomeRun's native protocol, sans-I/O: what the device's side and the client's side write and read."""
