"""Tables with lines above the names, lists in cells, and files that are called otherwise."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from precompute.shared.errors import UserError
from precompute.sources import NeedsCollecting, read_catalogue, read_records
from precompute.sources.images import images_in
from tests.precompute.sources.shop import PICTURES, read_text, reasons, write_pictures

ROWS = "".join(f"S{n};Own mug {n};{n},50;{PICTURES[n]}\n" for n in range(4))


@pytest.mark.parametrize(
    "above",
    [
        "Stock list of Own Shop;;;\n;;;\n",
        "Stock list of Own Shop\n",
        "\n\n\n",
        "\n\ufeff",
        "# exported by hand\n# on Monday\n",
        "# Required | the id;# Required | the title;# Optional;# Required | a picture\n",
        "sep=;\n",
        '"sep=;"\nReport;;;\n',
    ],
)
def test_lines_above_the_names_are_skipped_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], above: str
) -> None:
    products = read_text(tmp_path, "a.csv", f"{above}sku;title;price;image\n{ROWS}").products
    assert [(each.id, each.price) for each in products] == [(f"S{n}", n + 0.5) for n in range(4)]
    said = ", which names the columns" in capsys.readouterr().err
    assert said is ("list" in above or "#" in above or "Report" in above)


def test_a_table_whose_first_name_is_a_sign_is_read_from_there(tmp_path: Path) -> None:
    text = f"#;name;price;image\n1;A;2,50;{PICTURES[0]}\n2;B;3;{PICTURES[1]}\n"
    assert [each.title for each in read_text(tmp_path, "a.csv", text).products] == ["A", "B"]


def test_a_cell_of_spaces_is_empty(tmp_path: Path) -> None:
    text = (
        f"name      ,assets             ,sku  ,price\nChair     ,{PICTURES[0]}       ,C-1  ,10\n"
        f"          ,       ,     ,12\nTable     ,{PICTURES[1]} ,T-1  ,90\n"
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    assert [(each.id, each.title) for each in catalogue.products] == [("C-1", "Chair"), ("T-1", "Table")]
    assert reasons(catalogue) == {"a.csv, line 3": "it has no image"}


@pytest.mark.parametrize(
    ("cell", "images"),
    [
        ("['a.jpg', 'b.jpg']", ["a.jpg", "b.jpg"]),
        ("['a.jpg' 'b.jpg']", ["a.jpg", "b.jpg"]),
        ("['a.jpg'\n 'b c.jpg']", ["a.jpg", "b c.jpg"]),
        ("('a.jpg', 'b.jpg')", ["a.jpg", "b.jpg"]),
        ("{a.jpg,b.jpg}", ["a.jpg", "b.jpg"]),
        ('{"a b.jpg",c.jpg,NULL}', ["a b.jpg", "c.jpg"]),
        (
            "{https://s.example/a.jpg,https://s.example/b.jpg}",
            ["https://s.example/a.jpg", "https://s.example/b.jpg"],
        ),
        ('[{"url": "https://s.example/a"}, {"src": "b.jpg"}]', ["https://s.example/a", "b.jpg"]),
        ("[{'large': 'a.jpg', 'thumb': 't.jpg'}]", ["a.jpg"]),
        ('{"url": "https://s.example/a.jpg"}', ["https://s.example/a.jpg"]),
        ("{'hi_res': ['a.jpg', None], 'large': ['b.jpg']}", ["a.jpg"]),
        ('"a.jpg"', ["a.jpg"]),
        ("'a.jpg','b.jpg'", ["a.jpg", "b.jpg"]),
        ('=IMAGE("https://s.example/a.jpg")', ["https://s.example/a.jpg"]),
        ('=HYPERLINK("photos/a.jpg";"view")', ["photos/a.jpg"]),
        ('<img class="x" src="https://s.example/a?w=1&amp;h=2" alt="">', ["https://s.example/a?w=1&h=2"]),
        ("<a href='x'><img src=a.jpg></a>", ["a.jpg"]),
        ("https://s.example/a?w=1&amp;h=2", ["https://s.example/a?w=1&h=2"]),
        ("a.jpg b.jpg", ["a.jpg", "b.jpg"]),
        ("red mug (1).jpg", ["red mug (1).jpg"]),
        ("{a}.jpg", ["{a}.jpg"]),
        ("[1].jpg", ["[1].jpg"]),
        ("[]", []),
    ],
)
def test_pictures_in_lists_objects_formulas_and_html(cell: str, images: list[str]) -> None:
    assert images_in(cell) == images


@pytest.mark.parametrize(
    ("column", "cell", "category", "tags"),
    [
        ("category", "['Home', 'Mugs']", "Home > Mugs", ()),
        ("breadcrumbs", '["Home","Mugs"]', "Home > Mugs", ()),
        ("category_tree", '[{"name":"Home","url":"https://s.example"},{"name":"Mugs"}]', "Home > Mugs", ()),
        ("product_category_tree", '["Clothing >> Shirts >> Red"]', "Clothing > Shirts > Red", ()),
        ("categories", '["Mugs","Sale"]', "Mugs", ("Sale",)),
        ("categories", '[["Home","Mugs"],["Sale"]]', "Home > Mugs", ("Sale",)),
        ("categories", "Mugs &amp; cups, Sale", "Mugs & cups", ("Sale",)),
        ("tags", "['a', 'b']", "", ("a", "b")),
        ("tags", '[{"id":1,"name":"a"}]', "", ("a",)),
        ("tags", '{"a"=>"b", "c', "", ()),
        ("category", '{"a"=>"b", "c"', "", ()),
        ("type", "simple", "", ()),
    ],
)
def test_no_piece_of_a_program_s_text_is_a_category_or_a_tag(
    tmp_path: Path, column: str, cell: str, category: str, tags: tuple[str, ...]
) -> None:
    quoted = cell.replace('"', '""')
    (made,) = read_text(tmp_path, "a.csv", f'id,image,{column}\n1,{PICTURES[0]},"{quoted}"\n').products
    assert (made.category, made.tags) == (category, tags)


@pytest.mark.parametrize(
    ("columns", "cells", "price", "before"),
    [
        ("price_before,price,price_range", "90.00,60.00,50-100", 60, 90),
        ("price_before,price_after", "90.00,60.00", 60, 90),
        ("initial_price,final_price", "99.00,70.00", 70, 99),
        ("selling_price,list_price", "500.00,", 500, None),
        ("selling_price,list_price", "500.00,600.00", 500, 600),
        ("current price,old price", "12,15", 12, 15),
        ("MSRP,Our Price", "90,60", 60, 90),
        ("actual_price,discount_price", "90,60", 60, 90),
        ("actual_price", "60", 60, None),
        ("Preço De,Preço Por", "90,60", 60, 90),
        ("Цена до скидки,Цена", "90,60", 60, 90),
        ("price_min,price_max", "60,90", 60, None),
        ("price", '"{""value"": 12.5, ""currency"": ""USD""}"', 12.5, None),
    ],
)
def test_the_price_of_today_goes_before_that_of_before(
    tmp_path: Path, columns: str, cells: str, price: float, before: float | None
) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"id,image,{columns}\n1,{PICTURES[0]},{cells}\n").products
    assert (made.price, made.compare_at_price) == (price, before)
    assert made.currency in ("", "USD")


def test_no_letters_inside_of_a_word_are_a_currency(tmp_path: Path) -> None:
    text = f"id,image,price,price_internet,Price / International\n1,{PICTURES[0]},60.00,58.00,70\n"
    (made,) = read_text(tmp_path, "a.csv", text).products
    assert (made.price, made.currency) == (60, "")


def test_a_price_that_is_not_understood_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"id,image,price\n1,{PICTURES[0]},2 for $5\n").products
    assert (made.price, made.facts) == (None, {"price": "2 for $5"})
    assert (
        "a.csv: 1 price is not understood and shown as written, such as “2 for $5”" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    "image",
    [
        *("images/0.PNG", "Images/0.png", "IMAGES\\0.png", "images/0", "images/0.jpg", "/images/0.png"),
        *("C:\\Users\\x\\shop\\images\\0.png", "/content/drive/MyDrive/shop/images/0.png", "images%2F0.png"),
        *("shop/images/0.png", "./images/0.png", "photos/0.png", "0.png"),
    ],
)
def test_a_picture_is_found_as_other_systems_name_it(tmp_path: Path, image: str) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"id,image\n1,{image}\n").products
    assert made.files == (PICTURES[0],)


def test_the_exact_file_goes_first_and_others_are_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pictures(tmp_path)
    (tmp_path / "images/0.PNG").write_bytes((tmp_path / PICTURES[1]).read_bytes())
    text = f"id,image\n1,images/0.PNG\n2,{PICTURES[0]}\n3,images/2.PNG\n4,images/3.JPG\n5,images/4.PNG\n"
    products = read_text(tmp_path, "a.csv", text).products
    assert [each.files[0] for each in products] == ["images/0.PNG", *(PICTURES[n] for n in (0, 2, 3, 4))]
    said = capsys.readouterr().err
    assert said.count("under another name") == 1
    assert "3 pictures were found under another name than the table's, for example: images/2.PNG is" in said


def test_two_files_that_differ_alike_are_ambiguous(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    for name in ("a.jpg", "a.webp", "b/c.png", "d/c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((tmp_path / PICTURES[0]).read_bytes())
    catalogue = read_text(tmp_path, "a.csv", f"id,image\n1,a.png\n2,{PICTURES[0]}\n3,x/c.png\n")
    assert [each.id for each in catalogue.products] == ["2"]
    assert reasons(catalogue) == {
        "a.csv, line 2": "its image 'a.png' is ambiguous: it could be a.jpg or a.webp",
        "a.csv, line 4": "its image 'x/c.png' is ambiguous: it could be b/c.png or d/c.png",
    }


def test_no_spelling_leads_out_of_the_folder(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    (shop / "out").symlink_to(tmp_path)
    images = [
        "../secret.png",
        "..%2Fsecret.png",
        "..\\secret.png",
        "out/secret.png",
        str(tmp_path / "secret.png"),
    ]
    rows = "".join(f"{n},{image}\n" for n, image in enumerate(images))
    catalogue = read_text(shop, "a.csv", f"id,image\n{rows}last,{PICTURES[0]}\n")
    assert [each.id for each in catalogue.products] == ["last"]
    assert len(catalogue.left_out) == len(images)


def test_letters_in_another_form_are_found(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    composed, apart = (unicodedata.normalize(form, "Müsli é.png") for form in ("NFC", "NFD"))
    (tmp_path / apart).write_bytes((tmp_path / PICTURES[0]).read_bytes())
    (made,) = read_text(tmp_path, "a.csv", f"id,image\n1,{composed.upper()}\n").products
    assert made.files == (apart,)


def test_ids_that_are_names_of_pictures_are_these(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"{n},Shirts,Plain shirt {n}\n" for n in range(6))
    catalogue = read_text(tmp_path, "styles.csv", f"id,articleType,productDisplayName\n{rows}6,a,b,c\n")
    assert [(each.id, each.title, each.files) for each in catalogue.products] == [
        (str(n), f"Plain shirt {n}", (PICTURES[n],)) for n in range(6)
    ]
    assert list(reasons(catalogue)) == ["styles.csv, line 8"]
    said = capsys.readouterr().err
    assert said.count("no column names pictures, but the values of id are names of files") == 1
    assert "under another name" not in said
    catalogue = read_catalogue(tmp_path / "styles.csv", columns={"image": "id"})
    assert [each.id for each in catalogue.products] == list("012345")


def test_pictures_may_lie_in_another_folder_than_the_table(tmp_path: Path) -> None:
    write_pictures(tmp_path / "photos")
    (tmp_path / "tables").mkdir()
    table = tmp_path / "tables/products.csv"
    table.write_text("id,title,image\n" + "".join(f"{n},A{n},{n}.png\n" for n in range(3)))
    with pytest.raises(
        UserError, match=r"'0\.png' does not exist\. Are they in another folder\? --image-folder"
    ):
        read_catalogue(table)
    catalogue = read_catalogue(table, image_folder=tmp_path / "photos/images")
    assert (catalogue.folder, [each.files for each in catalogue.products]) == (
        tmp_path / "photos/images",
        [("0.png",), ("1.png",), ("2.png",)],
    )
    with pytest.raises(UserError, match=r"Expected --image-folder to be a folder .*, which does not exist"):
        read_catalogue(table, image_folder=tmp_path / "gone")


def test_a_refusal_is_short_however_wide_the_table_is(tmp_path: Path) -> None:
    names = [f"a column with a rather long name, number {n}" for n in range(400)]
    path = tmp_path / "wide.csv"
    path.write_text(";".join(names) + "\n" + ";".join("x" * 400) + "\n")
    for columns in ({}, {"image": "y" * 500}):
        with pytest.raises(UserError) as caught:
            read_records(path, columns=columns)
        text = str(caught.value)
        assert len(text) < 300 and "\n" not in text
        assert " more" in text and text.count("a column") >= 1


def test_brackets_are_no_part_of_a_name_that_says_what_is_hidden(tmp_path: Path) -> None:
    text = f"id,image,Actif (0/1)\n1,{PICTURES[0]},1\n2,{PICTURES[1]},0\n"
    catalogue = read_text(tmp_path, "a.csv", text)
    assert [each.id for each in catalogue.products] == ["1"]
    assert reasons(catalogue) == {"a.csv, line 3": "it is not shown in the shop (Actif (0/1): 0)"}


def test_hidden_products_are_left_out_by_name_in_any_table(tmp_path: Path) -> None:
    text = "id,image,status,visible,hidden\n" + "".join(
        f"{n},{PICTURES[n]},{cells}\n"
        for n, cells in enumerate(
            ["active,yes,no", "draft,yes,no", "Archived,1,0", "active,no,", "active,,true", ",,"]
        )
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    assert [each.id for each in catalogue.products] == ["0", "5"]
    assert reasons(catalogue) == {
        "a.csv, line 3": "its status is draft",
        "a.csv, line 4": "its status is archived",
        "a.csv, line 5": "it is not shown in the shop (visible: no)",
        "a.csv, line 6": "it is not shown in the shop (hidden: true)",
    }


@pytest.mark.parametrize(
    ("column", "word"),
    [
        *(("Sichtbar", "nein"), ("Status", "archiviert"), ("estado", "oculto"), ("publicado", "no")),
        *(
            ("deleted_at", "2024-01-01"),
            ("status", "UNLISTED"),
            ("Статус", "скрыт"),
            ("Publié", "non"),
            ("Veröffentlicht", "0"),
        ),
    ],
)
def test_what_hides_a_product_is_known_in_the_languages_of_shops(
    tmp_path: Path, column: str, word: str
) -> None:
    text = f"id,image,{column}\n1,{PICTURES[0]},\n2,{PICTURES[1]},{word}\n"
    catalogue = read_text(tmp_path, "a.csv", text)
    assert [each.id for each in catalogue.products] == ["1"]
    assert word.lower() in reasons(catalogue)["a.csv, line 3"].lower() or "not published" in str(
        reasons(catalogue)
    )


def test_addresses_in_lists_have_to_be_collected(tmp_path: Path) -> None:
    with pytest.raises(NeedsCollecting):
        read_text(tmp_path, "a.csv", "id,images\n1,\"['https://s.example/a.jpg']\"\n")
