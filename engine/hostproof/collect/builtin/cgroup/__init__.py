"""Collectors of facts about control groups: the groups the agent is in, up to the root, in v1 and v2."""
