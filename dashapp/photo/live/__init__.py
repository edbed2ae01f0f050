"""Live search: the look-alikes of a visitor's own photos. Imported only where `AKIN_LIVE` is set.

    start       whether the setting, the packages and the bundle fit together; opens an `Engine`
    engine      one generation's search: photos in, a ranking of all products out
    litert      an engine from what `build --live` put into the bundle
    keras       an engine from the build's own extractor and the store beside the bundle
    vectors     what photos are compared with
    answers     `POST /api/v1/similar`: who may ask, who waits for whom, what comes back
    uploads     reads photos from a request

`Site.engine` is the search of the generation that a site shows, so both change in one step. It is None where
visitors' browsers search and this process cannot. Nothing heavy is imported before the packages are checked.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dashapp.settings import Settings

if TYPE_CHECKING:
    from dashapp.photo.live.answers import LiveApi


def open_live(settings: Settings) -> LiveApi | None:
    """What answers requests with photos; None where this process cannot search.

    Raises `SettingsError` where the setting, the packages and the bundle do not fit together.
    """
    # Read by NumPy when it is loaded. What is multiplied here takes a millisecond: more threads, beside those
    # of the extractor and of other workers, cost more than they gain.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from dashapp.photo.live.start import can_search, check_start

    check_start(settings)
    if not can_search(settings):
        return None
    from dashapp.photo.live.answers import LiveApi

    return LiveApi(settings)
