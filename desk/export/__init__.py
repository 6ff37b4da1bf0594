"""From an opened case to files: dossier, evidence package, PFIF, tables, the family's packet."""
