"""The dashboard: opens a bundle and serves its gallery, product pages and thumbnails."""

from dashapp.app import create_app

__all__ = ["create_app"]
