"""The database's history: numbered, reversible, safe while the version before still runs."""
