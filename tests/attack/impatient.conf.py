"""The repository's own configuration of gunicorn, with deadlines that a test can wait for."""

from dashapp.http import connection
from dashapp.settings import REPOSITORY

exec((REPOSITORY / "gunicorn.conf.py").read_text())

connection.HEAD_SECONDS = 1.0
connection.BODY_SECONDS = 1.5
connection.STALL_SECONDS = 2.0
