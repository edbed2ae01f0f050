"""Computes answers: ranked, filtered and blended lists, and the reasons for their entries."""
