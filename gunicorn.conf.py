"""How gunicorn serves the dashboard; `gunicorn dashapp.wsgi:server` reads this by itself."""

import gc
import os
import sys

from dashapp.settings import ServerSettings, SettingsError

try:
    settings = ServerSettings.from_environment()
except SettingsError as error:
    raise SystemExit(f"akin: {error}") from None

bind = f"0.0.0.0:{settings.port}"
workers = settings.workers
# No thread of it waits for a client, however slow.
worker_class = "dashapp.http.worker.Worker"
# Eight for pages: half of them are free while four visitors search, since searches wait for other pages (see
# dashapp/parts/right_of_way.py). Where photos are searched with, eight more, which those may take at once.
threads = 16 if os.environ.get("AKIN_LIVE") else 8

# The app is made once and shared by the workers: one check of the bundle, one line in the log where it
# fails, less memory. No database connection crosses the fork (see dashapp/site.py).
preload_app = True

# Heroku's router gives up after 30 s without a first byte and closes what idles for 90 s.
timeout = 30
graceful_timeout = 25
keepalive = 75

# Connections of a worker. Where there are more, the one that has waited for its client for longest is closed.
worker_connections = 500

# Whose word counts on who a visitor is and whether by https: on Heroku the router's, which alone gets here.
forwarded_allow_ips = ",".join(settings.trusted)
# Not by headers that take the place of parts of the path, which a router passes on from anyone.
forwarder_headers = ""

# Nothing here is steered while it runs, so there is no socket to steer it by.
control_socket_disable = True

accesslog = "-"
access_log_format = '%(h)s "%(r)s" %(s)s %(b)s %(M)sms'


def pre_fork(server, worker):
    """Leave what is there alone from now on: a look for garbage would copy all memory that workers share."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker):
    """Open the model of a live search in each worker: its threads would not survive the fork."""
    # A fifth of Python's usual time: a page need not wait so long for the lock that a search holds.
    sys.setswitchinterval(0.001)
    for begin in worker.wsgi.extensions.get("worker-start", ()):
        begin()
