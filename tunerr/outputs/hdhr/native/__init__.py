"""The HDHomeRun's native protocol as a device speaks it: found by UDP, controlled by TCP, streaming by UDP or RTP."""
