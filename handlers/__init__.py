"""Telegram in: typed by aiogram, answered by flows, written by cases. Never sends."""
