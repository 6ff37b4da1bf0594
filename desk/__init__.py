"""The prosecutors' and operators' desk: opens what was sealed, shows it, lets it out on paper."""
