"""The repository's own configuration of gunicorn, with deadlines that no busy machine comes near."""

from dashapp.http import connection
from dashapp.settings import REPOSITORY

exec((REPOSITORY / "gunicorn.conf.py").read_text())

connection.HEAD_SECONDS = connection.BODY_SECONDS = connection.STALL_SECONDS = 600.0
