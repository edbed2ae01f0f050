"""The JSON API, version 1: products, look-alikes and a description of itself in OpenAPI."""

from dashapp.api.server import register_api

__all__ = ["register_api"]
