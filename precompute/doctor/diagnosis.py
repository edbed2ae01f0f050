"""Examines a catalogue: reads and embeds it as a build does, and runs each check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from precompute.building.build import BuildSettings, check_settings
from precompute.building.engine import BuildEngine, opened
from precompute.building.recipe_lists import find_lists
from precompute.doctor.case import Case
from precompute.doctor.categories import MEMBERS, check_categories, judged
from precompute.doctor.copies import check_copies
from precompute.doctor.fields import check_fields, unchecked_fields
from precompute.doctor.findings import Diagnosis, Finding, in_order, without_repeats
from precompute.doctor.left_out import check_left_out
from precompute.doctor.measuring import Measuring, fingerprint
from precompute.doctor.orientation import NEAREST, TURNS, EmbedTurned, check_orientation
from precompute.doctor.single_pictures import check_pictures
from precompute.embeddings.embed import EmbeddingTask, embed_all
from precompute.embeddings.embedded_catalogue import EmbeddedCatalogue, embed_catalogue
from precompute.embeddings.picture_maker import PictureMaker
from precompute.models.registry import ExtractorPlan, plan_extractor
from precompute.neighbours import NeighbourLists, save_lists
from precompute.shared.clock import Clock
from precompute.shared.lock import locked
from precompute.sources import Catalogue
from precompute.store import Store


def diagnose(settings: BuildSettings, *, catalogue: Catalogue | None = None) -> Diagnosis:
    """Examine the catalogue of `settings`, using the lists of its first recipe.

    Results of earlier builds are reused from the store, and new ones are kept there for the next build;
    nothing is published. Raises what `precompute.building.build` raises, except for a catalogue without
    usable pictures: that is a finding.
    """
    check_settings(settings)
    with opened(settings.engine) as engine:
        return _diagnose(settings, catalogue, engine)


def _diagnose(settings: BuildSettings, catalogue: Catalogue | None, engine: BuildEngine) -> Diagnosis:
    store = settings.open_store()
    clock = Clock()
    catalogue = catalogue or settings.read()
    recipe = settings.recipes[0]
    with clock.measure("model"):
        plan = plan_extractor(recipe, runtime=settings.runtime, device=settings.device, fast=settings.fast)
    with locked(settings.out):
        maker = PictureMaker(settings.thumbnail_size)
        pictures, measures = store.pictures(maker.fingerprint), store.measures(fingerprint())
        task = EmbeddingTask(recipe, plan.open, store.embeddings(plan.key), batch=plan.device.batch)
        found = embed_catalogue(
            catalogue,
            [task],
            maker=maker,
            pictures=pictures,
            clock=clock,
            extra=Measuring(measures),
            embed=engine.embedding([plan]),
        )
        measures.merge()
        lists = NeighbourLists([], np.empty((0, 0), np.int32), np.empty((0, 0)))
        if found.products:
            with clock.measure("neighbours"):
                lists, _ = find_lists(
                    recipe,
                    plan,
                    task,
                    found.products,
                    store=store,
                    pictures=pictures,
                    search=settings.search,
                    elsewhere=engine.lists(store),
                )
                if lists.known is not None:
                    save_lists(store.lists, recipe.fingerprint(plan.weights_sha256), lists.known)
        case = Case(catalogue, found.products, found.embedded, measures, pictures, lists)
        elsewhere = engine.embedding([plan] * len(TURNS))
        embed = partial(elsewhere, maker=maker, pictures=pictures) if elsewhere else embed_all
        findings = in_order(without_repeats(_findings(case, plan, store, clock, embed)))
    return Diagnosis(
        source=settings.source,
        products=len(catalogue.products),
        pictures=found.images,
        case=case,
        findings=findings,
        unchecked=list(_unchecked(case, found)),
        seconds=clock.seconds,
    )


_Checks = dict[str, Callable[[], Iterator[Finding]]]


def _findings(
    case: Case, plan: ExtractorPlan, store: Store, clock: Clock, embed: EmbedTurned
) -> Iterator[Finding]:
    checks: _Checks = {"left out": lambda: check_left_out(case), "fields": lambda: check_fields(case)}
    of_pictures: _Checks = {
        "pictures": lambda: check_pictures(case),
        "copies": lambda: check_copies(case),
        "categories": lambda: check_categories(case),
        "orientation": lambda: check_orientation(case, plan, store, embed=embed),
    }
    for name, check in (checks | (of_pictures if case.products else {})).items():
        with clock.measure(name):
            yield from check()


def _unchecked(case: Case, found: EmbeddedCatalogue) -> Iterator[str]:
    yield from unchecked_fields(case)
    if not judged(found.products):
        yield f"Wrong categories: fewer than two categories have {MEMBERS} products or more."
    if found.images <= NEAREST:
        yield f"Turned pictures: comparing needs {NEAREST + 1} pictures. Received: {found.images}."
