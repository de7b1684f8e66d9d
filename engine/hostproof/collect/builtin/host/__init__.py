"""Collectors of facts about the machine: kernel, distribution, processors, memory, clocks, hypervisor."""
