"""Floor 3: YAML text in, a checked RulePack out; profiles and parameters."""
