"""All cryptography, and nothing else: read this folder to know what can be opened by whom."""
