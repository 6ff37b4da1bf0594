"""Other bots with the same form, each written the way its library's own pages show it.

Nothing is left out that their users would have, and nothing made faster than they would make it.
"""
