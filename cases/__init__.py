"""What a report is, who may do what, triage facets, audit: the only place with SQL."""
