"""Collectors of facts about interfaces, ports, connection tracking and name resolution."""
