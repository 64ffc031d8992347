"""Judges again what was broken, and keeps what a report tells of it. Slower than judging, and only done for what is shown."""
