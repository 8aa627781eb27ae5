"""Give a tree its one style: the words of each node, then its lines with the author's comments and blank lines."""
