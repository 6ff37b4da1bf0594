"""The kinds of question: what each accepts, what it stores, what its buttons are."""
