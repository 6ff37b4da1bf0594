"""Looking at a family's file: in a process of its own that can do nothing but answer."""
