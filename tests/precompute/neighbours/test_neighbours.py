"""The lists against a brute-force reference under every metric: ties, copies, odd lengths, both engines."""

from __future__ import annotations

import numpy as np
import pytest

from bundle.format import encode_list
from precompute import neighbours
from precompute.neighbours import NeighbourLists, approximate, exact, find_neighbours
from precompute.neighbours import space as space_module
from precompute.neighbours.space import open_space
from tests.hard_vectors import METRICS, clustered

Lists = dict[str, list[tuple[str, float]]]


def reference(ids: list[str], vectors: np.ndarray, depth: int, metric: str = "cosine") -> Lists:
    """The lists as their definition reads, pair by pair in float64."""
    wide = vectors.astype(np.float64)
    lists = {}
    for row, own in enumerate(ids):
        scores = wide @ wide[row]
        if metric == "euclidean":
            scores = np.sqrt(((wide - wide[row]) ** 2).sum(axis=1))
        if metric == "cosine":
            lengths = np.linalg.norm(wide, axis=1) * np.linalg.norm(wide[row])
            scores = np.divide(scores, lengths, out=np.zeros_like(scores), where=lengths > 0)
        scores = np.round(scores, 6)
        sign = 1 if metric == "euclidean" else -1
        entries = [(sign * scores[other], ids[other]) for other in range(len(ids)) if other != row]
        lists[own] = [(name, sign * key + 0.0) for key, name in sorted(entries)[:depth]]
    return lists


def as_dictionary(lists: NeighbourLists) -> Lists:
    return {name: [tuple(entry) for entry in entries] for name, entries in lists}


def catalogue(count: int, dimensions: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, dimensions)).astype(np.float32)
    return [f"p{number}" for number in random.permutation(count)], vectors


@pytest.fixture(params=[8, 1024], ids=["many blocks", "one block"])
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 8 rows meet around the circle many times; in one block every row meets all at once."""
    monkeypatch.setattr(exact, "_SMALLEST_BLOCK", request.param)
    monkeypatch.setattr(exact, "_LARGEST_BLOCK", request.param)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("count", "depth"), [(150, 1), (151, 7), (160, 60), (40, 39)])
def test_lists_are_those_of_the_reference(metric: str, count: int, depth: int) -> None:
    ids, vectors = catalogue(count, 24)
    lists = find_neighbours(ids, vectors, metric=metric, depth=depth)
    assert as_dictionary(lists) == reference(ids, vectors, depth, metric)
    assert lists.search == {"engine": "exact"}


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("memory_budget", [1, neighbours.MEMORY_BUDGET])
def test_many_equal_scores_are_ordered_by_id(metric: str, memory_budget: int) -> None:
    ids, vectors = catalogue(200, 16)
    vectors[50:150] = vectors[50]  # one picture on 100 products
    vectors[170:185] = 0  # no direction at all
    lists = find_neighbours(ids, vectors, metric=metric, depth=5, memory_budget=memory_budget)
    assert as_dictionary(lists) == reference(ids, vectors, 5, metric)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("metric", METRICS)
def test_a_crowd_of_near_equals_is_in_the_right_order(metric: str) -> None:
    ids, vectors = catalogue(150, 16)
    # Apart by less than float32 can tell once they are multiplied, and by more than the sixth decimal.
    vectors[:100] = vectors[0] * 1000 + np.random.default_rng(1).uniform(-1, 1, (100, 16)).astype(np.float32)
    lists = find_neighbours(ids, vectors, metric=metric, depth=3)
    assert as_dictionary(lists) == reference(ids, vectors, 3, metric)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("length", [1e-30, 1e-8, 1e8, 1e18])
def test_tiny_and_huge_vectors_are_no_exception(metric: str, length: float) -> None:
    ids, vectors = catalogue(100, 16)
    vectors[::3] *= np.float32(length)
    lists = as_dictionary(find_neighbours(ids, vectors, metric=metric, depth=9))
    for name, entries in reference(ids, vectors, 9, metric).items():
        assert [other for other, _ in lists[name]] == [other for other, _ in entries]
        # Six decimals of a number of forty digits are beyond float64 too.
        assert np.allclose([s for _, s in lists[name]], [s for _, s in entries], rtol=1e-14, atol=1e-9)


def test_distances_far_from_the_origin_do_not_cancel() -> None:
    ids, vectors = catalogue(200, 32)
    vectors = np.float32(1000) + vectors * np.float32(1e-3)
    lists = find_neighbours(ids, vectors, metric="euclidean", depth=9)
    assert as_dictionary(lists) == reference(ids, vectors, 9, "euclidean")


@pytest.mark.parametrize("metric", METRICS)
def test_nearness_is_never_off_by_more_than_the_margin(metric: str) -> None:
    # All of one sign and of all sizes: where float32 errs the most.
    random = np.random.default_rng(2)
    vectors = np.abs(random.standard_normal((100, 3000))) * 10 ** random.uniform(-2, 2, (100, 1))
    space = open_space(vectors.astype(np.float32), metric)
    rows = np.arange(100)
    near = space.nearness(slice(None), slice(None)).astype(np.float64)
    scores = space.scores(rows, np.tile(rows, (100, 1)))
    if metric == "dot":
        true = scores * (np.abs(space.points).max() / np.abs(space.vectors).max()) ** 2
    else:
        ratio = 0.5 ** np.ceil(np.log2(space.norms.max())) / 2
        true = scores if metric == "cosine" else -((scores * ratio) ** 2) / 2
    assert (np.abs(near - true) <= space.margins[:, np.newaxis] / 2).all()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("length", "decimals"), [(1e4, 6), (1, 13)])
def test_a_score_is_the_same_however_many_are_computed_at_once(
    monkeypatch: pytest.MonkeyPatch, metric: str, length: float, decimals: int
) -> None:
    # So long, or to so many decimals, that the order in which float64 adds would show.
    monkeypatch.setattr(space_module, "DECIMALS", decimals)
    _, vectors = catalogue(80, 300)
    vectors *= np.float32(length) / np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[20] = vectors[10] + np.float32(1e-3 * length)
    space = open_space(vectors, metric)
    rows = np.arange(80)
    together = space.scores(rows, np.tile(rows, (80, 1)))
    monkeypatch.setattr(space_module, "_CACHE", 1)
    monkeypatch.setattr(space_module, "_BLOCK", 1000)
    assert space.scores(rows, np.tile(rows, (80, 1))).tobytes() == together.tobytes()
    assert space.full_scores(rows).tobytes() == together.tobytes()
    assert np.concatenate([space.full_scores(rows[[row]]) for row in rows]).tobytes() == together.tobytes()
    assert (together == together.T).all()


def test_scores_that_differ_in_the_seventh_decimal_count_as_equal() -> None:
    base = np.zeros((40, 8), np.float32)
    base[:, 0] = 1
    base[:, 1] = np.linspace(0, 1e-4, 40)
    ids = [f"{number:02}" for number in range(40)][::-1]
    lists = find_neighbours(ids, base, metric="cosine", depth=5)
    assert as_dictionary(lists) == reference(ids, base, 5)
    assert [name for name, _ in as_dictionary(lists)["39"]] == ["00", "01", "02", "03", "04"]


@pytest.mark.parametrize("metric", METRICS)
def test_scores_are_those_of_scikit_learn(metric: str) -> None:
    from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

    ids, vectors = catalogue(80, 48)
    lists = find_neighbours(ids, vectors, metric=metric, depth=79)
    functions = {"cosine": cosine_similarity, "euclidean": euclidean_distances, "dot": lambda x: x @ x.T}
    expected = functions[metric](vectors.astype(np.float64))
    place = {name: row for row, name in enumerate(ids)}
    rows = np.array([place[name] for name in lists.ids])
    assert np.allclose(lists.scores, expected[rows[:, np.newaxis], rows[lists.rows]], atol=6e-7)


def test_the_order_of_the_products_does_not_matter() -> None:
    ids, vectors = catalogue(300, 24)
    turned = find_neighbours(ids[::-1], vectors[::-1], metric="cosine", depth=10)
    assert as_dictionary(turned) == as_dictionary(find_neighbours(ids, vectors, metric="cosine", depth=10))


@pytest.mark.parametrize("search", [None, "approximate"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_products_give_short_lists(count: int, search: str | None) -> None:
    ids, vectors = catalogue(count, 8)
    lists = as_dictionary(find_neighbours(ids, vectors, metric="cosine", depth=60, search=search))
    assert {name: len(entries) for name, entries in lists.items()} == dict.fromkeys(ids, count - 1)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("search", ["exact", "approximate"])
def test_progress_counts_every_product(search: str) -> None:
    ids, vectors = catalogue(150, 8)
    steps: list[int] = []
    find_neighbours(ids, vectors, metric="cosine", depth=3, search=search, advance=steps.append)
    assert sum(steps) == 150
    assert all(step >= 0 for step in steps)


def test_values_that_are_no_numbers_and_unknown_metrics_are_refused() -> None:
    ids, vectors = catalogue(5, 8)
    with pytest.raises(ValueError, match="Received: 'manhattan'"):
        find_neighbours(ids, vectors, metric="manhattan", depth=3)
    vectors[2, 3] = np.nan
    with pytest.raises(ValueError, match="finite numbers"):
        find_neighbours(ids, vectors, metric="cosine", depth=3)


@pytest.mark.parametrize("metric", METRICS)
def test_approximate_lists_have_the_recall_that_they_state(metric: str) -> None:
    ids, vectors = clustered(1500)
    found = find_neighbours(ids, vectors, metric=metric, depth=20, top=10, search="approximate")
    best = find_neighbours(ids, vectors, metric=metric, depth=20)
    assert found.search["engine"] in ("approximate", "exact")
    pairs = zip(found.rows[:, :10].tolist(), best.rows[:, :10].tolist(), strict=True)
    recall = np.mean([len(set(one) & set(other)) / 10 for one, other in pairs])
    assert recall >= approximate.RECALL - 0.01
    if metric != "dot":
        assert found.search["engine"] == "approximate"
        assert found.search["recall"] == pytest.approx(recall, abs=0.01)
        assert found.search["sample"] == approximate.SAMPLE
    assert not (found.rows == np.arange(1500)[:, np.newaxis]).any()
    assert all(len(set(row)) == 20 for row in found.rows.tolist())


def test_approximate_search_that_misses_too_much_gives_way_to_exact(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(approximate, "RECALL", 1.01)
    ids, vectors = catalogue(400, 16)
    lists = find_neighbours(ids, vectors, metric="cosine", depth=5, search="approximate")
    assert lists.search == {"engine": "exact"}
    assert as_dictionary(lists) == reference(ids, vectors, 5)
    assert "using exact search" in capsys.readouterr().err


def test_search_is_approximate_above_a_size_and_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ids, vectors = clustered(600)
    monkeypatch.setattr(neighbours, "_WORTH_SAYING", 0.0)

    def engine(search: str | None) -> str:
        return find_neighbours(ids, vectors, metric="cosine", depth=5, search=search).search["engine"]

    assert engine(None) == "exact"
    assert "--approximate is faster" in capsys.readouterr().err
    monkeypatch.setattr(neighbours, "EXACT_PRODUCTS", 599)
    assert engine(None) == "approximate"
    assert "--exact to force" in capsys.readouterr().err
    assert engine("exact") == "exact"


@pytest.mark.parametrize("scale", [1, 3e-4, 2e3, 1e6])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("text", [100, neighbours.lists._TEXT])
def test_lines_are_those_that_the_bundle_writes_itself(
    monkeypatch: pytest.MonkeyPatch, metric: str, scale: float, text: int
) -> None:
    monkeypatch.setattr(neighbours.lists, "_TEXT", text)
    ids, vectors = catalogue(30, 8)
    ids[:4] = ['quo"ted', "100%s", "größe\n", "nul\0"]
    vectors[3:6] = 0
    lists = find_neighbours(ids, vectors * np.float32(scale), metric=metric, depth=7)
    assert list(lists.lines()) == [(name, encode_list(name, entries).encode()) for name, entries in lists]


def test_ids_of_any_length_are_written() -> None:
    ids, vectors = catalogue(5, 8)
    ids[2] = "long" * 1000
    lists = find_neighbours(ids, vectors, metric="cosine", depth=7)
    assert list(lists.lines()) == [(name, encode_list(name, entries).encode()) for name, entries in lists]
    alone = find_neighbours(ids[:1], vectors[:1], metric="cosine", depth=7)
    assert list(alone.lines()) == [(ids[0], f'"{ids[0]}": []'.encode())]
