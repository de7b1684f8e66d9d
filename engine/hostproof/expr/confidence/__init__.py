"""Confidence: how well samples know their quantiles, and the comparisons that are decided only where they know."""
