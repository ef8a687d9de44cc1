"""One module for each neighbour: mail, queue, platform sources."""
