"""The live part of a sample bundle: vectors, and stand-ins for the files that no test of the server runs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from bundle import BundleWriter
from bundle import live as names

DIMENSIONS = 4
MODEL = b"a model " * 10
SMALL_MODEL = b"a model "
WASM = b"\0asm" + bytes(5000)


def write_sample_live(writer: BundleWriter, recipe: Mapping[str, Any], *, products: int) -> None:
    """Write one for the recipe as the manifest describes it; each product has one vector, of unit length."""
    vectors = np.random.default_rng(0).standard_normal((products, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scales = np.abs(vectors).max(axis=1) / 127
    described = {
        "version": names.VERSION,
        "recipe": recipe["name"],
        "fingerprint": recipe["fingerprint"],
        "form": {"decoding": "upright", "input_size": 8, "resize": "crop", "interpolation": "bicubic"},
        "projection": "centre",
        "metric": "cosine",
        "dimensions": DIMENSIONS,
        "rows": products,
        "rows_per_shard": products,
        "shards": 1,
        "score_error": 0.001,
        "models": [
            {"file": names.EXTRACTOR, "bytes": len(MODEL)},
            {"file": names.INT8_EXTRACTOR, "bytes": len(SMALL_MODEL)},
        ],
        "agreement": {},
        "formats": ["JPEG"],
    }
    files = {
        names.DESCRIPTION: json.dumps(described).encode(),
        names.EXTRACTOR: MODEL,
        names.INT8_EXTRACTOR: SMALL_MODEL,
        names.CENTRE: np.zeros(DIMENSIONS, "<f4").tobytes(),
        names.SCALES: scales.astype("<f4").tobytes(),
        names.OWNERS: np.arange(products, dtype="<u4").tobytes(),
        names.vectors_name(0): np.rint(vectors / scales[:, np.newaxis]).astype(np.int8).tobytes(),
    }
    web = {
        "litert.js": b'import "./wasm-utils.js";\n',
        "wasm-utils.js": b"export {};\n",
        "litert_wasm.js": b"var ModuleFactory;\n",
        "litert_wasm.wasm.gz": gzip.compress(WASM, mtime=0),
    }
    beneath = {names.live_file(recipe["name"], name): content for name, content in files.items()}
    beneath |= {f"{names.WEB}/{name}": content for name, content in web.items()}
    for path, content in beneath.items():
        target = writer.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
