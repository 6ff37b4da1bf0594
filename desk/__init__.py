"""The prosecutors' and operators' desk: it opens what was sealed, and shows and exports it."""
