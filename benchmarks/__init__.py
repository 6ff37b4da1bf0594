"""Measures the product as it is shipped: the bot as a process, a durable PostgreSQL, HTTP."""
