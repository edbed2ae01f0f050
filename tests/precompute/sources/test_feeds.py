"""Feeds in XML: Google Merchant's in RSS and Atom, hostile ones, and damaged ones."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from precompute.shared.errors import UserError
from precompute.sources import Catalogue, LeftOut, Record, read_catalogue, read_records, rows
from tests.precompute.sources.shop import PICTURES, read_apart, read_text, reasons

GOOGLE = 'xmlns:g="http://base.google.com/ns/1.0"'
RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" {GOOGLE}>
  <channel>
    <title>Our shop</title>
    <link>https://shop.example</link>
    <item>
      <title>Own title</title>
      <g:title><![CDATA[Bowl & cup]]></g:title>
      <g:id>b-1</g:id>
      <link>https://shop.example/b-1</link>
      <description>&lt;p&gt;Glazed &amp;amp; fired&lt;/p&gt;</description>
      <g:image_link>{PICTURES[0]}</g:image_link>
      <g:additional_image_link>{PICTURES[1]}</g:additional_image_link>
      <g:additional_image_link>{PICTURES[2]}</g:additional_image_link>
      <g:price>15.00 USD</g:price>
      <g:sale_price>12.00 USD</g:sale_price>
      <g:availability>in_stock</g:availability>
      <g:brand>Acme</g:brand>
      <g:product_type>Home &gt; Kitchen &gt; Bowls</g:product_type>
      <g:google_product_category>649</g:google_product_category>
      <g:item_group_id>b</g:item_group_id>
      <g:color>blue</g:color>
      <g:condition>new</g:condition>
      <g:gtin>4006381333931</g:gtin>
      <g:shipping><g:country>US</g:country><g:price>5.00 USD</g:price></g:shipping>
      <g:custom_label_0>summer</g:custom_label_0>
    </item>
    <item><g:id>b-2</g:id><g:image_link>{PICTURES[3]}</g:image_link></item>
  </channel>
</rss>
"""
ATOM = f"""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" {GOOGLE}>
  <title>Our shop</title>
  <entry>
    <id>tag:shop.example,2024:1</id>
    <g:id>b-1</g:id>
    <title>Bowl</title>
    <link rel="alternate" href="https://shop.example/b-1"/>
    <link rel="edit" href="https://shop.example/edit"/>
    <g:image_link>{PICTURES[0]}</g:image_link>
    <g:price>9,50 EUR</g:price>
  </entry>
</feed>
"""


def read_feed(folder: Path, text: str) -> Catalogue:
    return read_text(folder, "feed.xml", text)


def test_a_merchant_feed_s_products_have_all_that_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = read_feed(tmp_path, RSS).products
    assert (first.id, first.title, first.brand, first.variants) == ("b-1", "Bowl & cup", "Acme", "b")
    assert first.files == tuple(PICTURES[:3])
    assert (first.category, first.currency) == ("Home > Kitchen > Bowls", "USD")
    assert (first.price, first.compare_at_price) == (12, 15)
    assert (first.in_stock, first.url) == (True, "https://shop.example/b-1")
    assert first.description == "Glazed & fired"
    assert first.facts == {"color": "blue", "condition": "new", "gtin": "4006381333931"}
    assert second.id == "b-2"
    assert "Source: feed.xml, a Google Merchant feed (RSS), 2 items." in capsys.readouterr().err


def test_atom_has_the_page_in_an_attribute(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = read_feed(tmp_path, ATOM).products
    assert (made.id, made.url, made.price) == ("b-1", "https://shop.example/b-1", 9.5)
    assert "a Google Merchant feed (Atom), 1 item." in capsys.readouterr().err


def test_a_merchant_feed_may_be_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "id\ttitle\tdescription\tlink\timage link\tprice\tavailability\tcustom label 0\tcolor\n"
        f"b-1\tBowl\tx\thttps://shop.example\t{PICTURES[0]}\t12.00 USD\tin stock\tsummer\tblue\n"
    )
    (made,) = read_text(tmp_path, "feed.txt", text).products
    assert (made.price, made.currency, made.in_stock, made.facts) == (12, "USD", True, {"color": "blue"})
    assert "a Google Merchant feed (TSV), 1 row." in capsys.readouterr().err


def test_other_feeds_have_an_element_for_each_product_too(tmp_path: Path) -> None:
    text = (
        "<SHOP><SHOPITEM><ITEM_ID>1</ITEM_ID><PRODUCTNAME>Miska</PRODUCTNAME><PRICE_VAT>129,50</PRICE_VAT>"
        f"<IMGURL>{PICTURES[0]}</IMGURL><IMGURL_ALTERNATIVE>{PICTURES[1]}</IMGURL_ALTERNATIVE>"
        "<CATEGORYTEXT>Dům | Kuchyně</CATEGORYTEXT><MANUFACTURER>Acme</MANUFACTURER></SHOPITEM></SHOP>"
    )
    (made,) = read_feed(tmp_path, text).products
    assert (made.id, made.title, made.price, made.brand) == ("1", "Miska", 129.5, "Acme")
    assert (made.category, made.files) == ("Dům > Kuchyně", tuple(PICTURES[:2]))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ITEM = f"<item><g:id>1</g:id><title>{{}}</title><g:image_link>{PICTURES[0]}</g:image_link></item>"


def hostile(declared: str, title: str, attribute: str = "") -> str:
    return (
        f'<?xml version="1.0"?><!DOCTYPE rss [{declared}]><rss {GOOGLE}><channel{attribute}>'
        f"{ITEM.format(title)}</channel></rss>"
    )


@pytest.mark.parametrize(
    "pictures",
    [
        '<image url="{0}"/><image url="{1}"/>',
        "<images><image>{0}</image><image>{1}</image></images>",
        '<pictures><picture src="{0}"/><picture src="{1}"/></pictures>',
        "<images><item><url>{0}</url><alt>x</alt></item><item><url>{1}</url></item></images>",
    ],
)
def test_pictures_stand_in_attributes_and_in_elements_of_their_own(tmp_path: Path, pictures: str) -> None:
    item = f"<product><id>1</id><name>Mug</name>{pictures.format(*PICTURES)}</product>"
    (made,) = read_text(tmp_path, "a.xml", f"<products>{item}</products>").products
    assert made.files == tuple(PICTURES[:2])


@pytest.mark.parametrize(("title", "attribute"), [("&l9;", ""), ("x", ' about="&l9;"')])
def test_entities_that_grow_without_end_are_refused(tmp_path: Path, title: str, attribute: str) -> None:
    (tmp_path / "feed.xml").write_text(hostile(f'<!ENTITY l0 "ha">{LAUGHS}', title, attribute))
    found, taken = read_apart(tmp_path / "feed.xml")
    assert "entities that expand without limit" in found and taken < 50_000_000


def test_entities_of_a_feed_s_own_are_not_expanded(tmp_path: Path) -> None:
    (entry,) = read_records_of(tmp_path, hostile('<!ENTITY x "secret">', "A&x;B &amp; &#67;"))
    assert isinstance(entry, Record) and entry.fields["title"] == "A&x;B & C"


def test_entities_from_elsewhere_are_not_read(tmp_path: Path) -> None:
    read_feed(tmp_path, RSS)
    (tmp_path / "secret.txt").write_text("SECRET")
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/evil"

        def listen() -> None:
            with suppress(TimeoutError):
                asked.append(server.accept()[0].recv(100))

        listener = threading.Thread(target=listen)
        listener.start()
        for declared in (
            f'<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">',
            f'<!ENTITY x SYSTEM "{address}">',
            f'<!ENTITY % p SYSTEM "{address}"> %p; <!ENTITY x "y">',
        ):
            (tmp_path / "feed.xml").write_text(hostile(declared, "A&x;B"))
            (entry,) = list(read_records(tmp_path / "feed.xml"))
            assert "SECRET" not in str(entry)
        document = (
            f'<!DOCTYPE rss SYSTEM "{address}"><rss {GOOGLE}><channel>{ITEM.format("A")}</channel></rss>'
        )
        (tmp_path / "feed.xml").write_text(document)
        assert [entry.fields["title"] for entry in read_records(tmp_path / "feed.xml")] == ["A"]
        listener.join()
    assert asked == []


@pytest.mark.slow
def test_a_feed_is_read_in_bounded_memory(tmp_path: Path) -> None:
    filler = "x" * 8_000
    with (tmp_path / "feed.xml").open("w") as file:
        file.write(f"<rss {GOOGLE}><channel>")
        for number in range(8_000):
            file.write(
                f"<item><id>{number}</id><image>a.jpg</image><description>{filler}</description></item>\n"
            )
        file.write("</channel></rss>")
    found, taken = read_apart(tmp_path / "feed.xml")
    # The file has 64 MB, and what is looked at to know its columns 4 MB.
    assert found == "R" * 8_000 and taken < 50_000_000


def test_what_is_readable_of_a_damaged_feed_is_kept(tmp_path: Path) -> None:
    catalogue = read_feed(tmp_path, RSS.replace("<g:id>b-2</g:id>", "<g:id>b-2</wrong>"))
    assert [each.id for each in catalogue.products] == ["b-1"]
    ((place, reason),) = reasons(catalogue).items()
    assert place == "feed.xml, after item 1"
    assert "mismatch" in reason and reason.endswith(": the rest is not read")


def test_a_gigantic_text_stops_the_reading_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LONGEST", 100_000)
    *_, last = read_records_of(tmp_path, RSS.replace("b-2", "x" * 1_000_000))
    assert isinstance(last, LeftOut) and "an item has more than 100,000 bytes" in last.reason


def read_records_of(folder: Path, text: str) -> list[Record | LeftOut]:
    (folder / "feed.xml").write_text(text)
    return list(read_records(folder / "feed.xml"))


def test_a_feed_in_another_encoding_than_it_says_is_read_as_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_feed(tmp_path, RSS)
    text = RSS.replace("Bowl & cup", "Große Müslischüssel für Öl")
    for declared, encoding in (("UTF-8", "cp1252"), ("windows-1252", "cp1252"), ("UTF-16", "utf-16")):
        (tmp_path / "feed.xml").write_bytes(text.replace("UTF-8", declared).encode(encoding))
        products = read_catalogue(tmp_path / "feed.xml").products
        assert products[0].title == "Große Müslischüssel für Öl"
    said = capsys.readouterr().err
    assert said.count("it claims to be UTF-8, but is not: read as Windows-1252") == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "<!DOCTYPE html><html><title>Log in</title><input type='password'>",
            r"HTML page \(“Log in”\), a login form",
        ),
        ("  <html><head><title>Not found</title>", r"an HTML page \(“Not found”\)\."),
        ('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html xmlns="y"/>', "an HTML page"),
        (f"<rss {GOOGLE}><channel><title>x</title></channel></rss>", "Received: no items"),
        ("<rss><channel>", "none that can be read; the first, .*after item 0"),
        ("<?xml version='1.0'?><error>Not allowed</error>", "Received: no items"),
        (f"<rss {GOOGLE}><item><g:id>1</g:id></item></rss>", "names pictures. Received: id. Say which one"),
    ],
)
def test_what_is_no_feed_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        read_records_of(tmp_path, text)
    assert "\n" not in str(caught.value)
