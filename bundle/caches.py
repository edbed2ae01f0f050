"""Caches that live and die with the object they belong to."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary, ref

Owner = TypeVar("Owner")
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_Function = Callable[Concatenate[Owner, Parameters], Result]


def cached_with_owner(
    maxsize: int | None = None,
) -> Callable[[_Function[Owner, Parameters, Result]], _Function[Owner, Parameters, Result]]:
    """`lru_cache` for a method, or for a function of one object: each object has a cache of its own.

    The cache does not keep the object (the first argument) alive: it is freed with the object. `maxsize` is
    the number of results kept for each object.
    """

    def decorate(function: _Function[Owner, Parameters, Result]) -> _Function[Owner, Parameters, Result]:
        caches: WeakKeyDictionary[Owner, Callable[..., Result]] = WeakKeyDictionary()

        def cache_of(owner: Owner) -> Callable[..., Result]:
            held = ref(owner)

            @lru_cache(maxsize)
            def call(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
                # The caller holds the object, so the reference is alive.
                there = held()
                assert there is not None
                return function(there, *arguments, **named)

            return call

        @wraps(function)
        def cached(owner: Owner, /, *arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
            cache = caches.get(owner)
            if cache is None:
                cache = caches.setdefault(owner, cache_of(owner))
            return cache(*arguments, **named)

        return cached

    return decorate
