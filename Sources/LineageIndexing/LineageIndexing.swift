// LineageIndexing
