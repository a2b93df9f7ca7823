"""The bill of materials: what Trawl ships and starts, Java and Python, as CycloneDX 1.6, read from the disk."""
