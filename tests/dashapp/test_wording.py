import pytest

from dashapp.wording import counted, day, metric_sentence, price, similarities


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (24.9, "EUR", "€24.90"),
        (1234.5, "usd", "$1,234.50"),
        (1200.0, "JPY", "¥1,200"),
        (24.9, "CHF", "24.90 CHF"),
        (24.9, "€", "€24.90"),
        (24.9, "", "24.90"),
        (0.0, "EUR", "€0.00"),
        (-5.0, "GBP", "−£5.00"),
        (None, "EUR", ""),
    ],
)
def test_price(amount: float | None, currency: str, text: str) -> None:
    assert price(amount, currency) == text


def test_cosine_is_clipped_in_its_bar_but_not_in_its_number() -> None:
    shown = similarities("cosine", [1.000001, 0.866, -0.2])
    assert [(each.text, each.fullness) for each in shown] == [("1.00", 1.0), ("0.87", 0.866), ("-0.20", 0.0)]


def test_distances_fill_their_bars_against_the_nearest() -> None:
    shown = similarities("euclidean", [20.0, 40.0])
    assert [(each.text, each.fullness) for each in shown] == [("20.00", 1.0), ("40.00", 0.5)]
    assert [each.fullness for each in similarities("euclidean", [0.0, 0.0, 3.0])] == [1.0, 1.0, 0.0]


def test_dot_products_fill_their_bars_against_the_best() -> None:
    assert [each.fullness for each in similarities("dot", [10.0, 5.0, -1.0])] == [1.0, 0.5, 0.0]


def test_every_metric_says_what_it_means() -> None:
    assert len({metric_sentence(metric) for metric in ("cosine", "euclidean", "dot")}) == 3


def test_counted() -> None:
    assert [counted(number, "product") for number in (0, 1, 3068)] == [
        "0 products",
        "1 product",
        "3,068 products",
    ]


def test_day() -> None:
    assert day("2025-05-04T03:02:01Z") == "4 May 2025"
    assert day("yesterday") == ""
