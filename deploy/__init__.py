"""What runs the program elsewhere: an image, units, dashboards, and the list of what is in it."""
