"""Keeps a shop that is not public yet for those whom a file of users names (the setting `AKIN_USERS`)."""

from dashapp.http.door.door import register_door

__all__ = ["register_door"]
