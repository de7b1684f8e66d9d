"""Collectors of facts about the agent's own process and what confines it."""
