"""Writes the live part of a bundle: what a search with a visitor's own photo needs (`bundle.live`)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from bundle import BundleWriter
from bundle import live as names
from bundle.format import canonical_json
from bundle.live import LiveParts
from pictures.colours.descriptor import COLOUR_DIMENSIONS
from pictures.form import Form
from pictures.limits import MEGABYTE, UPLOAD
from precompute.live.agreement import Agreement, measure
from precompute.live.parts import LiveExtractors, LiveRows, for_photos
from precompute.live.web_runtime import write_web_runtime
from precompute.models.heads import read_head
from precompute.models.recipe import Recipe
from precompute.models.registry import ExtractorPlan
from precompute.shared.errors import UserError
from precompute.shared.progress import say
from precompute.shared.unit_length import to_unit_length
from precompute.store import Store

MOST_BYTES = 150 * MEGABYTE
"""The largest extractor for a bundle: a larger one would exceed hosts' limits of slug and memory."""

LEAST_OVERLAP = {"float32": 0.99, "int8": 0.95}
"""The share of the build's ten nearest that an extractor must find."""

_LEVELS = 127
_RESERVED = "web"


def prepare(plan: ExtractorPlan) -> LiveExtractors:
    """Convert the extractor, before a build spends time on anything else.

    Raises `UserError` if the recipe cannot have a live search.
    """
    if plan.recipe.name == _RESERVED:
        raise UserError(f"Expected the recipe of --live to have another name than {_RESERVED}.")
    if not plan.recipe.features and not for_photos(plan.recipe).has_parts:
        raise UserError(
            f"Expected the first recipe of --live to compare pictures. Received: {plan.recipe.name}, which "
            "compares titles alone."
        )
    float32 = plan.flatbuffer()
    if len(float32) > MOST_BYTES:
        raise UserError(
            f"Expected the extractor of the first recipe to take at most {MOST_BYTES // MEGABYTE} MB with "
            f"--live. Received: {len(float32) // MEGABYTE} MB for {plan.recipe.name}: name a smaller one "
            "first, such as efficientnet-lite0, or build without --live and search on this machine with "
            "AKIN_LIVE=keras."
        )
    from precompute.models.int8_weights import with_int8_weights

    return LiveExtractors(plan, float32, with_int8_weights(float32))


def write_live(extractors: LiveExtractors, rows: LiveRows, *, store: Store, writer: BundleWriter) -> None:
    """Write everything below `live/`. int8 weights are only written if they agree well enough.

    The store says where this build found the pictures. Raises `UserError` if the converted extractor finds
    other neighbours than the build's.
    """
    recipe = extractors.plan.recipe
    vectors = to_unit_length(rows.vectors) if recipe.metric == "cosine" else rows.vectors
    numbers, scales = quantised(vectors)
    found = measure(extractors, rows, numbers=numbers, scales=scales, store=store)
    included = {name: found.overlap[name] >= least for name, least in LEAST_OVERLAP.items()}
    if not included["float32"]:
        raise UserError(
            f"Expected the converted extractor of {recipe.name} to find {LEAST_OVERLAP['float32']:.0%} of "
            f"the ten nearest that the build finds. Received: {found.overlap['float32']:.1%}. "
            "Build without --live."
        )
    if not included["int8"]:
        say(
            f"The extractor with int8 weights is left out: it finds {found.overlap['int8']:.1%} of the ten "
            f"nearest, less than {LEAST_OVERLAP['int8']:.0%}."
        )

    def write(name: str, content: bytes) -> None:
        writer.write_file(names.live_file(recipe.name, name), content)

    write(names.EXTRACTOR, extractors.float32)
    if included["int8"]:
        write(names.INT8_EXTRACTOR, extractors.int8)
    parts = _parts(recipe, rows)
    for number, head in enumerate(recipe.heads if parts else ()):
        matrix = read_head(head)
        write(names.head_name(number), matrix.mean.tobytes() + matrix.matrix.tobytes())
    if rows.centre is not None:
        write(names.CENTRE, rows.centre.astype("<f4").tobytes())
    step = names.rows_of_a_shard(numbers.shape[1])
    for shard, start in enumerate(range(0, len(numbers), step)):
        write(names.vectors_name(shard), numbers[start : start + step].tobytes())
    write(names.SCALES, scales.astype("<f4").tobytes())
    write(names.OWNERS, rows.owners.astype("<u4").tobytes())
    described = _described(extractors, numbers.shape, step, found, included)
    described |= {"parts": asdict(parts)} if parts else {}
    write(names.DESCRIPTION, canonical_json(described) + b"\n")
    write_web_runtime(writer)


def quantised(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (n, d) as int8, with a scale (n,), float32, for each row: its largest number becomes ±127."""
    scales = (np.abs(vectors).max(axis=1) / _LEVELS).astype(np.float32)
    divisors = np.where(scales > 0, scales, 1)[:, np.newaxis]
    return np.rint(vectors / divisors).clip(-_LEVELS, _LEVELS).astype(np.int8), scales


def _parts(recipe: Recipe, rows: LiveRows) -> LiveParts | None:
    """What the description says of the parts of a photo's vector."""
    if not for_photos(recipe).has_parts or rows.centre is None:
        return None
    heads = [{"weight": head.weight, "dimensions": read_head(head).matrix.shape[1]} for head in recipe.heads]
    colours = COLOUR_DIMENSIONS if recipe.colour else 0
    return LiveParts(len(rows.centre), recipe.features, heads, recipe.colour, colours)


def _described(
    extractors: LiveExtractors,
    shape: tuple[int, int],
    step: int,
    found: Agreement,
    included: dict[str, bool],
) -> dict[str, Any]:
    plan = extractors.plan
    recipe = plan.recipe
    rows, dimensions = shape
    agreement = {
        name: {
            "included": included[name],
            "pictures": found.pictures,
            "top_10_overlap": round(found.overlap[name], 4),
            "smallest_cosine": round(found.smallest_cosine[name], 6),
        }
        for name in LEAST_OVERLAP
    }
    models = [(names.EXTRACTOR, extractors.float32), (names.INT8_EXTRACTOR, extractors.int8)]
    return {
        "version": names.VERSION,
        "recipe": recipe.name,
        "fingerprint": recipe.fingerprint(plan.weights_sha256),
        "form": asdict(Form.of(recipe.published())),
        "projection": recipe.projection,
        "metric": recipe.metric,
        "dimensions": dimensions,
        "rows": rows,
        "rows_per_shard": step,
        "shards": -(-rows // step),
        "score_error": round(found.score_error, 6),
        "models": [
            {"file": file, "bytes": len(content)}
            for (file, content), there in zip(models, included.values(), strict=True)
            if there
        ],
        "agreement": agreement,
        "formats": UPLOAD.formats,
    }
