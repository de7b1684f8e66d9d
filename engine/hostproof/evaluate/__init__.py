"""Floor 4: a RulePack and a Snapshot in, an Evaluation out; touches no host."""
