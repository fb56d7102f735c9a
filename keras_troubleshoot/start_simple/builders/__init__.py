"""One module for each builder; they are public as `kts.models`."""
