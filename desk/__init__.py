"""The prosecutors' and operators' web pages: Litestar, Jinja, no third party, little script."""
