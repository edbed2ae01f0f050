"""Recipes: everything that decides an embedding and a list, under one name and one fingerprint."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pictures.limits import COLOUR_RULE, UPRIGHT
from precompute.models.heads import Head

DEFAULT = "efficientnet-lite1"

ANCHORS = 64
"""Pictures whose mean embedding is the centre of a catalogue: `precompute.embeddings.projection.centre`."""

MOST_PICTURES = 100
"""Pictures of a product that are compared at the most, so that none takes the memory of a whole catalogue."""

KERAS = "keras:"
"""How the extractor of a recipe begins where a model of keras.applications computes it."""

HUB = "hub:"
"""How the extractor of a recipe begins where a backbone of Keras Hub computes it."""

FEATURES = "features"
"""The layer that is the last one of a network without its classifier."""

POOLINGS = ("avg", "max", "gem", "foreground", "flatten", "none")
PREPROCESSINGS = ("own", "caffe", "tf", "torch", "unit", "none")
DECODINGS = ("upright", "plain")
RESIZES = ("crop", "letterbox", "squash")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "box", "hamming", "lanczos")
PROJECTIONS = ("centre", "none")
PICTURES = ("mean", "best", "first")
PARTS = ("features", "colour", "heads", "title")
"""The fields that say what a vector is made of."""

_DECIDES_EMBEDDING = (
    "extractor",
    "layer",
    "pooling",
    "preprocessing",
    "decoding",
    "input_size",
    "resize",
    "interpolation",
)
_DECIDES_LIST = (*_DECIDES_EMBEDDING, "projection", "pictures", "metric", "depth")

_SPELLED_OUT = {
    "decoding": {"upright": UPRIGHT},
    "pooling": {
        "gem": "generalized mean, p = 3",
        "foreground": "generalized mean, p = 2, weights 1 - cosine to the border, at least 0.001",
    },
    "projection": {"centre": f"less the mean of the {ANCHORS} first by image id, to unit length"},
    "pictures": {
        "mean": f"the mean of the first and of what no other look has among {MOST_PICTURES}",
        "best": f"the best pair of the first and of what no other look has among {MOST_PICTURES}",
    },
}
"""What a fingerprint holds instead of a field's short value: the rule with its constants."""


@dataclass(frozen=True)
class Recipe:
    """How a picture becomes an embedding, and embeddings become a list.

    `extractor` is efficientnet-lite0 or -lite1, `keras:` and the name of a model of keras.applications, or
    `hub:` and a preset of Keras Hub; `layer` is the layer that is read, `pooling` one of
    `precompute.models.layers.pool`. `preprocessing` is the model's own, one of the modes of Keras'
    `preprocess_input`, `unit` (x / 255) or none. `decoding` is that of `pictures.decoding.decode`.
    `input_size` is the side of the extractor's square input, in pixels; `resize` and `interpolation` are
    those of `pictures.form.to_input`, `projection` is one of `precompute.embeddings.projection.project`;
    `pictures` says which pictures of a product are compared, and how:
    `precompute.embeddings.vectors.compared_vectors`. `top` is how many look-alikes are shown at first,
    `depth` how many are stored, `decimals` how many decimals of a score people see. `weights` is a local
    weights file, or None for the extractor's own. `label` is what visitors read where they choose between
    recipes; without one they read a plain word.

    A vector is made of parts side by side, each scaled to unit length and multiplied by its weight: the
    projected embedding by `features`, the picture's colour by `colour`, each of `heads` by its own, and the
    product's `title` by its own. Only weights over 0 take part. Parts need the projection `centre` and the
    metric `cosine`; without any but the embedding, vectors are as they were before there were parts.
    """

    name: str
    description: str
    extractor: str
    layer: str = FEATURES
    pooling: str = "avg"
    preprocessing: str = "own"
    decoding: str = "upright"
    input_size: int = 224
    resize: str = "crop"
    interpolation: str = "bicubic"
    projection: str = "centre"
    pictures: str = "mean"
    metric: str = "cosine"
    top: int = 20
    depth: int = 60
    decimals: int = 2
    weights: Path | None = None
    label: str = ""
    features: float = 1.0
    colour: float = 0.0
    heads: tuple[Head, ...] = ()
    title: Head | None = None

    @property
    def has_parts(self) -> bool:
        """Whether a vector has other parts beside the embedding, or in its place."""
        return bool(self.colour or self.heads or self.title)

    @property
    def learned(self) -> tuple[Head, ...]:
        """The parts that are read from files: the heads, and the title if there is one."""
        return (*self.heads, self.title) if self.title else self.heads

    def published(self) -> dict[str, Any]:
        """The fields as the manifest has them: all but paths, which are this machine's own.

        A recipe without a label or without parts leaves these fields out.
        """
        return self._values() | ({"label": self.label} if self.label else {}) | self._parts()

    def embedding_key(self) -> tuple[object, ...]:
        """What decides an embedding before the weights are read: equal for recipes that can share theirs."""
        return (*(getattr(self, name) for name in _DECIDES_EMBEDDING), self.weights)

    def extractor_fingerprint(self, weights_sha256: str) -> str:
        """The SHA-256 of what decides an embedding, weights included; the runtime does not enter it."""
        return self._fingerprint(_DECIDES_EMBEDDING, weights_sha256)

    def fingerprint(self, weights_sha256: str) -> str:
        """The SHA-256 of what decides a stored list, weights included."""
        return self._fingerprint(_DECIDES_LIST, weights_sha256)

    def _fingerprint(self, names: tuple[str, ...], weights_sha256: str) -> str:
        values = self._values()
        content = {name: _SPELLED_OUT.get(name, {}).get(values[name], values[name]) for name in names}
        content["weights"] = weights_sha256
        if names is _DECIDES_LIST:
            content |= self._parts() | ({"descriptor": COLOUR_RULE} if self.colour else {})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _values(self) -> dict[str, Any]:
        """All fields but the label, the parts and the weights' path, which is this machine's own."""
        apart = {"weights", "label", *PARTS}
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name not in apart}

    def _parts(self) -> dict[str, Any]:
        """The parts' weights and hashes; empty where there are none, as before there were parts."""
        if not self.has_parts:
            return {}
        return {
            "features": self.features,
            "colour": self.colour,
            "heads": [head.published() for head in self.heads],
            "title": self.title.published() if self.title else None,
        }


def _as_published(name: str, extractor: str, description: str, **own: Any) -> Recipe:
    """A recipe that gives what published code gives: `load_img` with its defaults, and no projection."""
    plain = {"decoding": "plain", "resize": "squash", "interpolation": "nearest", "projection": "none"}
    options: dict[str, Any] = plain | {"top": 5} | own
    return Recipe(name=name, extractor=KERAS + extractor, description=description, **options)


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="efficientnet-lite1",
            description="EfficientNet-Lite1 trained on ImageNet, its last features weighed by the foreground",
            extractor="efficientnet-lite1",
            pooling="foreground",
            preprocessing="(x - 127) / 128",
            input_size=240,
        ),
        Recipe(
            name="efficientnet-lite0",
            description="EfficientNet-Lite0 trained on ImageNet, generalized mean of its last features",
            extractor="efficientnet-lite0",
            pooling="gem",
            preprocessing="(x - 127) / 128",
        ),
        _as_published(
            "vgg16-fc2",
            "VGG16",
            "VGG16 trained on ImageNet, its second fully connected layer",
            layer="fc2",
            pooling="none",
            preprocessing="caffe",
        ),
        _as_published(
            "resnet50-avg",
            "ResNet50",
            "ResNet50 trained on ImageNet, average of its last features",
            preprocessing="caffe",
            top=7,
            decimals=3,
        ),
        _as_published(
            "inceptionv3-flat",
            "InceptionV3",
            "InceptionV3 trained on ImageNet, its last features at every place of the picture",
            pooling="flatten",
            preprocessing="unit",
            input_size=150,
            metric="euclidean",
        ),
        _as_published(
            "vgg19-fc2",
            "VGG19",
            "VGG19 trained on ImageNet, its second fully connected layer",
            layer="fc2",
            pooling="none",
            preprocessing="caffe",
        ),
        _as_published(
            "mobilenet-avg",
            "MobileNet",
            "MobileNet trained on ImageNet, average of its last features",
            preprocessing="tf",
        ),
    )
}

_OTHER_SIZES = {
    "EfficientNetB1": 240,
    "EfficientNetB2": 260,
    "EfficientNetB3": 300,
    "EfficientNetB4": 380,
    "EfficientNetB5": 456,
    "EfficientNetB6": 528,
    "EfficientNetB7": 600,
    "EfficientNetV2B1": 240,
    "EfficientNetV2B2": 260,
    "EfficientNetV2B3": 300,
    "EfficientNetV2L": 480,
    "EfficientNetV2M": 480,
    "EfficientNetV2S": 384,
    "InceptionResNetV2": 299,
    "InceptionV3": 299,
    "NASNetLarge": 331,
    "Xception": 299,
}

_NAMES = """
ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge DenseNet121 DenseNet169 DenseNet201
EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6
EfficientNetB7 EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L
EfficientNetV2M EfficientNetV2S InceptionResNetV2 InceptionV3 MobileNet MobileNetV2 MobileNetV3Large
MobileNetV3Small NASNetLarge NASNetMobile ResNet101 ResNet101V2 ResNet152 ResNet152V2 ResNet50 ResNet50V2
VGG16 VGG19 Xception
"""

APPLICATIONS = {name: _OTHER_SIZES.get(name, 224) for name in _NAMES.split()}
"""The models of keras.applications with their input sizes in pixels, known without importing Keras."""
