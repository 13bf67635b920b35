"""Figures of this machine: reported as JSON, never asserted."""
