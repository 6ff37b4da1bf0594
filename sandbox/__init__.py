"""A local Telegram: the Bot API over HTTP, a driver for tests, chats in the browser."""

from sandbox.server import TOKENS, Running, start

__all__ = ["TOKENS", "Running", "start"]
