"""Messages to many families: written, shown as Telegram shows them, approved, watched."""
