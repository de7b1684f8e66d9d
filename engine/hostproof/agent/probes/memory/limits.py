"""What limits memory: control groups of all levels against the memory there is, and the number of mappings."""

import os

from ...lines import AskError
from ...probing import ancestors
from ...probing.step import Context
from ...probing.system import error_name
from . import mapping

MOST_MAPS = 1 << 20


def limit(context: Context) -> "dict[str, object]":
    """Look up the limits of the own group and of all its ancestors."""
    memory = os.sysconf("SC_PHYS_PAGES") * mapping.PAGE
    found = ancestors.memory_limits()
    least, group = ancestors.lowest(found)
    return {
        "limit.lowest": least,
        "limit.own": found[0][1] if found else None,
        "limit.group": group,
        "usable": memory if least is None else min(int(least), memory),
    }


def many_maps(context: Context) -> "dict[str, object]":
    """Make mappings until no more are granted, without touching any: every second page of one is made writable."""
    context.needs_full("the number of mappings")
    with open("/proc/sys/vm/max_map_count", "rb") as file:
        limit = int(file.read())
    wanted = min(limit, MOST_MAPS)
    address = mapping.take(2 * wanted * mapping.PAGE, mapping.NONE)
    before = count_maps()
    for number in range(wanted):
        try:
            mapping.set_access(address + 2 * number * mapping.PAGE, mapping.PAGE, mapping.READ | mapping.WRITE)
        except OSError as problem:
            if error_name(problem.errno or 0) != "ENOMEM":
                raise
            return {"maps.held": before + 2 * number - 1, "maps.limit": limit}
    unmet = AskError("inconclusive", "{} mappings did not reach the limit".format(2 * wanted), "lower vm.max_map_count")
    return {"maps.held": unmet, "maps.limit": limit}


def count_maps() -> int:
    """Return how many mappings this process has."""
    with open("/proc/self/maps", "rb") as file:
        return sum(1 for _ in file)
