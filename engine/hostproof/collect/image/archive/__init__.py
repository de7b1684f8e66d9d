"""Archives of a root file system in; the tree of its entries, and a scratch folder with its files, out."""
