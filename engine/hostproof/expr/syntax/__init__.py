"""What an expression looks like before it means anything: parsed nodes, literals, and what to say of bad text."""
