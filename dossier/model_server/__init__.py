"""A stand-in for the model's vendor, for tests and benchmarks: its wire format over loopback, and sensible answers.

Here: the server (`server.py`) and everything that only it needs. Not here: whoever asks it (`resources/claude.py`).
"""
