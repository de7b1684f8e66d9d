"""Collectors of facts about mounts, room, the temporary folder and programs on PATH."""
