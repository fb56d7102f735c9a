"""How the test error is split into terms."""
