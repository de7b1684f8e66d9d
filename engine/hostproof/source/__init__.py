"""Floor 0: files with positions, strict YAML nodes, and problems that point at the characters at fault."""
