"""The link: asks go to a target through one agent, and answers come back, checked."""
