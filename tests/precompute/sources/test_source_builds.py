"""Every kind of local source goes through to a dashboard, by the command that people run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from bundle import Bundle
from dashapp import create_app
from dashapp.settings import Settings
from precompute.cli.main import main
from tests.builds import TINY, Tiny, tiny  # noqa: F401 - a fixture
from tests.precompute.sources.shop import PICTURES, write_pictures

ROWS = [
    {"sku": f"Å-{place}", "name": f"Größe {place}", "photo": picture, "preis": f"{place + 1}.299,00 €"}
    for place, picture in enumerate(PICTURES)
]


def feed(path: Path) -> None:
    items = "".join(
        f"<item><g:id>{row['sku']}</g:id><title>{row['name']}</title><g:image_link>{row['photo']}</g:image_link>"
        f"<g:price>{place + 1}299.00 EUR</g:price></item>"
        for place, row in enumerate(ROWS)
    )
    google = 'xmlns:g="http://base.google.com/ns/1.0"'
    path.write_text(f"<rss {google}><channel>{items}</channel></rss>", encoding="utf-8")


def shopify_export(path: Path) -> None:
    columns = {"sku": "Handle", "name": "Title", "photo": "Image Src", "preis": "Variant Price"}
    table = pd.DataFrame(ROWS).rename(columns=columns)
    table["Variant Price"] = [f"{place + 1}299.00" for place in range(len(ROWS))]
    table.assign(Vendor="Akin").to_csv(path, index=False)


def woocommerce_export(path: Path) -> None:
    columns = {"sku": "SKU", "name": "Name", "photo": "Images", "preis": "Regular price"}
    table = pd.DataFrame(ROWS).rename(columns=columns)
    table.assign(ID=range(1, len(ROWS) + 1), Type="simple").to_csv(path, index=False)


WRITERS: dict[str, Callable[[Path], object]] = {
    "shop.csv": lambda path: pd.DataFrame(ROWS).to_csv(path, index=False, sep=";", encoding="cp1252"),
    "shop.tsv": lambda path: pd.DataFrame(ROWS).to_csv(path, index=False, sep="\t", encoding="utf-16"),
    "shop.xlsx": lambda path: pd.DataFrame(ROWS).to_excel(path, index=False),
    "shop.json": lambda path: path.write_text(json.dumps({"products": ROWS})),
    "shop.jsonl": lambda path: path.write_text("\n".join(map(json.dumps, ROWS))),
    "shop.parquet": lambda path: pd.DataFrame(ROWS).to_parquet(path),
    "shop.xml": feed,
    "shopify.csv": shopify_export,
    "woocommerce.csv": woocommerce_export,
}


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch, tiny: type[Tiny]) -> None:  # noqa: F811
    monkeypatch.setattr("precompute.cli.build.recipes_of", lambda arguments: (TINY,))


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_goes_through_to_a_dashboard(
    tmp_path: Path, recipe: None, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    source, out = write_pictures(tmp_path / "shop"), tmp_path / "data"
    WRITERS[name](source / name)
    assert main(["build", str(source / name), "--out", str(out), "--json"]) == 0
    bundle = Bundle.open(out)
    products = bundle.page(limit=10).products
    assert [(each.id, each.title) for each in products] == [(row["sku"], row["name"]) for row in ROWS]
    # Shopify's export does not say which currency.
    currency = "" if name == "shopify.csv" else "EUR"
    assert [(each.price, each.currency) for each in products] == [
        (place * 1000 + 299, currency) for place in range(1, 7)
    ]
    assert len(bundle.neighbours("Å-0")) == 5
    said = capsys.readouterr()
    assert json.loads(said.out)["products"] == 6
    assert f"Source: {name}, " in said.err and "Columns: id" in said.err
    client = create_app(Settings(data=out)).server.test_client()
    page = client.get("/product/%C3%85-0").get_data(as_text=True)
    assert "Größe 0" in page and page.count("/product/%C3%85-") >= 5


def test_what_was_left_out_is_in_the_report(tmp_path: Path, recipe: None) -> None:
    source, out = write_pictures(tmp_path / "shop"), tmp_path / "data"
    (source / "a.csv").write_text(
        f"sku,front\n1,{PICTURES[0]}\n2,gone.png\n3,{PICTURES[1]},x\n4,{PICTURES[1]}\n"
    )
    assert main(["build", str(source / "a.csv"), "--out", str(out), "--column", "image=front"]) == 0
    report = json.loads((Bundle.open(out).folder / "report.json").read_text())
    assert [entry["file"] for entry in report["left_out"]] == ["a.csv, line 3", "a.csv, line 4"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--column", "front"], "Expected --column FIELD=NAME"),
        (["--column", "picture=front"], "Expected --column FIELD=NAME, where FIELD is one of id, title"),
        (["--column", "image=foto"], "Received: sku, front."),
        (["--source", "json"], "a.csv is not JSON"),
        (["--out", "."], "Expected --out to be a different folder"),
        ([], "Say which one does: --column image=NAME"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_2(
    tmp_path: Path,
    recipe: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(write_pictures(tmp_path))
    (tmp_path / "a.csv").write_text("sku,front\n1,a\n")
    assert main(["build", "a.csv", *options]) == 2
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said


def test_an_address_is_not_read_as_a_path(recipe: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "https://shop.example/products.csv"]) == 2
    assert "an address: collect it first" in capsys.readouterr().err


def test_pictures_inside_of_a_table_go_through_and_what_is_excluded_stays_out(
    tmp_path: Path, recipe: None, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = write_pictures(tmp_path / "shop"), tmp_path / "data"
    pictures = [
        {"bytes": (source / name).read_bytes(), "path": f"p{place}.png"}
        for place, name in enumerate(PICTURES)
    ]
    pd.DataFrame({"sku": [row["sku"] for row in ROWS], "image": pictures}).to_parquet(source / "shop.parquet")
    assert main(["build", str(source / "shop.parquet"), "--out", str(out), "--json"]) == 0
    assert [each.id for each in Bundle.open(out).page(limit=10).products] == [row["sku"] for row in ROWS]
    assert (out / "unpacked/shop.parquet/p0.png").read_bytes() == (source / PICTURES[0]).read_bytes()
    capsys.readouterr()
    (source / "shop.parquet").unlink()
    assert main(["build", str(source), "--out", str(out), "--exclude", "0.png", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["products"] == 5
    assert {"file": "images/0.png", "reason": "left out by --exclude 0.png"} in summary["left_out"]
    report = json.loads((Bundle.open(out).folder / "report.json").read_text())
    assert {"file": "images/0.png", "reason": "left out by --exclude 0.png"} in report["left_out"]
