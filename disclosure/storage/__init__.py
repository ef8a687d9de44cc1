"""Rows, files and keys."""
