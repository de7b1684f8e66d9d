"""Codes of expressions and messages: E2xx refuses an expression, W2xx advises.

An example is a condition; behind `message: ` it is a message.
"""

from __future__ import annotations

from hostproof.source.codes.row import CodeRow

ROWS: tuple[CodeRow, ...] = (
    CodeRow("HP-E201", "The expression is empty", "message: held {} of 4096"),
    CodeRow("HP-E202", "The expression is too long", "cpu.online == 1" + " or cpu.online == 1" * 250),
    CodeRow("HP-E203", "The expression nests too deeply", "not " * 32 + "temp.writable"),
    CodeRow("HP-E204", "The expression has too many parts", "1" + "+1" * 1_000 + " > 0"),
    CodeRow("HP-E205", "A character that has no meaning here", "cpu.online > 1 && true"),
    CodeRow("HP-E206", "A word or sign out of place", "cpu.online is 2"),
    CodeRow("HP-E207", "The expression ends too early", "cpu.online >"),
    CodeRow("HP-E208", "A text without an end", 'os.id == "debian'),
    CodeRow("HP-E209", "No such escape in a text", '"\\d" == os.id'),
    CodeRow("HP-E210", "Not a number", "cpu.online > 1_000"),
    CodeRow("HP-E211", "A number out of range", "cpu.online > 99999999999999999999"),
    CodeRow("HP-E212", "No such unit", "uptime > 5sec"),
    CodeRow("HP-E213", "A chain of comparisons that turns", "1 < cpu.online > 2"),
    CodeRow("HP-E220", "No such name", "cpu.onlin > 1"),
    CodeRow("HP-E221", "The beginning of facts, but no fact", "cpu == null"),
    CodeRow("HP-E222", "No such parameter", "cpu.online > params.lowest"),
    CodeRow("HP-E223", "No such field", "mounts[0].pth == '/'"),
    CodeRow("HP-E224", "No such item", "cpu.vulnerabilities[0] == 'Not affected'"),
    CodeRow("HP-E225", "Items are counted from 0", "mounts[-1] != null"),
    CodeRow("HP-E226", "Division by zero", "cpu.online / 0 > 1"),
    CodeRow("HP-E227", "Amounts that don't go together", "uptime + 5 > 1min"),
    CodeRow("HP-E228", "No such function", "size(mounts) > 1"),
    CodeRow("HP-E229", "A comprehension without its parts", "all(mounts: true)"),
    CodeRow("HP-E230", "True or false is needed", "cpu.online and true"),
    CodeRow("HP-E231", "Values that can't be compared", "os.id == 12"),
    CodeRow("HP-E232", "A unit is missing, or too many", "uptime > 5"),
    CodeRow("HP-E233", "Values without an order", "temp.writable > false"),
    CodeRow("HP-E234", "A value that may be null", "cgroup.pids.limit > 100"),
    CodeRow("HP-E235", "Values of different types in one place", "[1, 'a'] == []"),
    CodeRow("HP-E236", "Nothing to look into", "'deb' in os.id"),
    CodeRow("HP-E237", "An argument of another type", "len(cpu.online) > 1"),
    CodeRow("HP-E238", "Too many or too few arguments", "abs(1, 2) > 1"),
    CodeRow("HP-E239", "An argument that can't work", "os.id matches '('"),
    CodeRow(
        "HP-E240",
        "Too many lists inside each other",
        "".join(f"any({name} in mounts: " for name in "abcde") + "true" + ")" * 5,
    ),
    CodeRow("HP-E241", "A name that is taken", "any(params in mounts: true)"),
    CodeRow("HP-E242", "Another type is wanted", "cpu.online + 1"),
    CodeRow("HP-E243", "A brace without an end", "message: held {cpu.online"),
    CodeRow("HP-E244", "A closing brace alone", "message: held } of 4"),
    CodeRow("HP-W201", "A name close to a known one", "sysctl.vm.swapiness < 60"),
    CodeRow("HP-W202", "Never null", "cpu.online != null"),
    CodeRow("HP-W203", "Texts ordered letter by letter", "os.id < '4.10'"),
)
