"""Two sets of snapshots compared: snapshots before and after in, what differs and how surely out."""
