"""Error analysis: which types of errors there are, and what each is worth."""
