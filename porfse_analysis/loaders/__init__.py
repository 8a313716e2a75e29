"""Readers: each turns one kind of source into the tables of a programme."""
