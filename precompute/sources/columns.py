"""Recognises columns by the names that shops give them, in many languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from bundle.search.words import words_of
from precompute.sources.products import PRICES
from precompute.sources.text import clean, word_set
from precompute.sources.values.currencies import code_of_word

_NAMES = {
    "id": """
        id, product id, product code, productcode, sku, item id, item code, item number, article id,
        article number, article no, artikelnummer, artikelnr, artikel nr, artikel id, art nr,
        produktnummer, produkt id, bestellnummer, produktcode, product number, product no, reference,
        ref, reference produit, ugs, codice, codice articolo, codice prodotto, referencia, codigo, codigo
        producto, artikelkod, varenummer, артикул, 商品コード, 商品番号, handle id, handle, url handle,
        slug, uniq id, unique id, offer id, listing id, asin, model number, variant sku, mpn, gtin, ean,
        ean13, upc, isbn, barcode, uid, uuid, item sku, seller sku, sku code, custom label sku, item no,
        kod, kod produktu, kod towaru, symbol, stok kodu, urun kodu, cikkszam, azonosito, cod produs,
        tuotekoodi, tuotenumero, varenr, κωδικοσ, код, код товара, код товару, 商品id, 商品管理番号,
        管理番号, 商品管理番号商品url, 商品编号, 商品编码, 货号, 상품코드, 상품번호, 품번, رمز المنتج,
        produktnr, رقم المنتج, מקט, מזהה
    """,
    "title": """
        title, name, prod name, tytul, product title, product name, item name, productdisplayname,
        display name, titel, produktname, produkttitel, produkt, bezeichnung, artikelbezeichnung,
        artikelname, titre, nom, nom du produit, nom produit, designation, titulo, nombre, nombre del
        producto, nombre producto, titolo, nome, nome prodotto, nome do produto, naam, productnaam,
        nazwa, nazwa produktu, namn, navn, nimi, product, item, listing title, caption, название,
        наименование, имя, 商品名, 名称, 名前, 产品名称, 상품명, nazev, nazev produktu, nazov, naziv,
        denumire, denumire produs, nev, termeknev, tuotenimi, nimike, produktnamn, benamning, varenavn,
        produktnavn, urun adi, ονομα, τιτλοσ, назва, название товара, название позиции, назва позиції,
        назва товару, 商品名称, 产品名, 상품이름, اسم المنتج, الاسم, שם, שם המוצר
    """,
    "category": """
        category, product type, product type name, category path, category name, breadcrumbs, breadcrumb,
        type, google product category, product category, kategorie, warengruppe, produkttyp,
        produktkategorie, categorie, type de produit, categoria, tipo de producto, tipo, rubrique,
        kategoria, kategori, product line, main category, mastercategory, master category, articletype,
        department, class, label, categorytext, collection, sub category, category breadcrumb, subcategory
        name, categorie produs, tuoteryhma, kategoria nazwa, κατηγορια, категорія, название группы, назва
        групи, 카테고리, 商品分类, الفئة, القسم, קטגוריה, категория, カテゴリ, カテゴリー, 类别, 分类, cat
    """,
    "categories": """
        categories, kategorien, categorias, category tree, product category tree, categorieen,
        kategorier, product categories, kategorie produktu, категории, collections
    """,
    "brand": """
        brand, vendor, manufacturer, manufacturers, marke, hersteller, marque, fabricant, marca,
        fabricante, produttore, merk, fabrikant, producent, marka, brand name, brands, designer, label
        name, varemerke, varumarke, maerke, brand owner, znacka, znacka vyrobce, vyrobce, merkki,
        valmistaja, gyarto, producator, uretici, μαρκα, κατασκευαστησ, виробник, 브랜드, 제조사,
        メーカー, الماركة, العلامة التجارية, מותג, marke hersteller, manufacturer name, vendor name,
        бренд, производитель, ブランド, 品牌
    """,
    "tags": """
        tags, tag, keywords, schlagworter, schlagworte, stichworter, mots cles, etiquettes, etiquetas,
        tag list, etichette, labels, product tags, tagi, метки, タグ
    """,
    "description": """
        description, body html, body, product description, short description, long description,
        beschreibung, produktbeschreibung, kurzbeschreibung, descripcion, descrizione, descricao,
        omschrijving, popis, leiras, descriere, aciklama, kuvaus, περιγραφη, опис, 상품설명, الوصف,
        תיאור, beschrijving, beskrivning, beskrivelse, opis, desc, details, описание, 説明, 商品説明,
        描述
    """,
    "price": """
        price, preis, prix, precio, prezzo, preco, prijs, cena, pris, ar, fiyat, τιμη, variant price,
        verkaufspreis, bruttopreis, einzelpreis, vk, vk preis, prix de vente, prix ttc, tarif, pvp, retail
        price, unit price, amount, price amount, price value, max price, price vat, price tax included,
        precio impuestos incluidos, cena z podatkiem brutto, prezzo tasse incluse, price tax excluded,
        precio impuestos excluidos, cena bez podatku netto, prezzo tasse escluse, preis ohne steuern, price
        tax excluded or price tax included, price gross, gross price, base price, price from, min price,
        price min, lowest price, prix ht ou ttc, preco por, цена, 価格, 価格税込, 价格, 가격, standard price,
        price incl tax, price including tax, price with vat, price with tax, your price, price inc vat, brutto
        vk, vk brutto, preis brutto, preis inkl mwst, bruttopreis eur, cena brutto, cena s dph, cena z vat,
        hinta, pret, fiyati, satis fiyati, precio con iva, precio venta, precio de venta, precio unitario,
        prezzo di vendita, prezzo ivato, preco de venda, verkoopprijs, salgspris, utpris, ціна, цена
        продажи, 販売価格, 販売価格税込, 售价, 单价, 판매가, 판매가격, السعر, سعر البيع, מחיר
    """,
    "compare_at_price": """
        compare at price, variant compare at price, compare price, price before, price before sale, price
        before discount, old price, price old, was price, price was, former price, previous price,
        regular price, original price, initial price, list price, msrp, rrp, mrp, recommended retail
        price, regularer preis, streichpreis, alter preis, vorheriger preis, ursprungspreis,
        originalpreis, normalpreis, listenpreis, statt preis, uvp, uvp preis, unverbindliche
        preisempfehlung, prix barre, ancien prix, prix avant, prix avant remise, prix avant promo, prix
        initial, prix conseille, tarif regulier, precio anterior, precio antes, precio tachado, precio
        original, precio normal, precio regular, precio de lista, prezzo barrato, prezzo precedente,
        prezzo originale, prezzo pieno, prezzo di listino, preco anterior, preco original, preco normal,
        reguliere prijs, oude prijs, adviesprijs, van prijs, stara cena, cena regularna, cena katalogowa,
        cena przed obnizka, ordinarie pris, tidigare pris, normalpris, preco de, базовая цена, старая
        цена, цена до скидки, actual price, 標準価格, 通常価格, 定価, 原价, 市场价, 정가, precio lista,
        preco tabela, preco cheio, forpris, vejledende pris, veiledende pris, norm hinta, normaalihinta,
        ovh, puvodni cena, bezna cena, doporucena cena, regi ar, eredeti ar, pret vechi, pret intreg,
        liste fiyati, eski fiyat, αρχικη τιμη, стара ціна, 表示価格, 参考価格, 原價, 소비자가,
        소비자가격, السعر القديم, السعر قبل الخصم, מחיר מקורי, was, rrp price, strike price,
        strikethrough price, price strike, compare to price, price compare, ticket price
    """,
    "sale_price": """
        sale price, special price, online sale price, sonderangebotspreis, discounted price, discount
        price, offer price, final price, selling price, sell price, current price, our price, online
        price, web price, now price, price now, price after, price final, price current, angebotspreis,
        aktionspreis, sonderpreis, endpreis, prix promo, prix promotionnel, prix solde, tarif promo, prix
        final, precio rebajado, precio oferta, precio final, preco promocional, prezzo scontato, prezzo
        in offerta, actieprijs, cena promocyjna, цена распродажи, цена со скидкой, セール価格, 特価,
        促销价, 特价, 할인가, 할인가격, precio promocional, precio promo, prix reduit, akcni cena, akcios
        ar, pret redus, indirimli fiyat, kampanjpris, tilbudspris, tarjoushinta, акционная цена, акційна
        ціна, سعر الخصم, سعر العرض, מחיר מבצע
    """,
    "currency": """
        currency, currency code, code devise, kod waluty, codice valuta, codigo moneda, valutacode, price
        currency, pricecurrency, currency id, wahrung, wahrungscode, devise, moneda, valuta, moeda,
        waluta, валюта, 通貨
    """,
    "in_stock": """
        in stock, availability, stock status, instock, stock, quantity, qty, inventory, available,
        inventory quantity, variant inventory qty, is in stock, stock on hand, current stock, current
        stock level, inventory count, availability status, verfugbarkeit, verfugbar, vorratig,
        lagerbestand, bestand, auf lager, lager, menge, anzahl, disponibilite, en stock, quantite,
        disponibilidad, existencias, cantidad, inventario, disponibilita, giacenza, quantita, magazzino,
        voorraad, op voorraad, estoque, em estoque, quantidade, dostepnosc, stan magazynowy, w magazynie,
        ilosc, lagersaldo, stock quantity, stock level, stock qty, available quantity, available stock,
        quantity available, qty available, in stock quantity, quantity in stock, stock available, stock
        disponible, unidades, lagerbestand gesamt, keszlet, raktarkeszlet, stoc, disponibilitate, stok,
        stok miktari, stok adedi, skladem, dostupnost, skladova dostupnost, varasto, varastosaldo,
        lagerstatus, pa lager, antal, διαθεσιμοτητα, αποθεμα, наявність, залишок, остаток, остатки,
        在庫状況, 库存, 재고, 재고수량, الكمية, المخزون, מלאי, наличие, в наличии, запасы, количество,
        在庫, 在庫数, 在庫の有無, 数量
    """,
    "popularity": """
        popularity, sales, units sold, sold, bestseller rank, views, popularitat, verkaufe, ventes,
        ventas, total sales, sales count, orders, rating count, review count, reviews count
    """,
    "url": """
        url, link, product url, product link, canonical url, permalink, page url, produkt url,
        produktlink, deeplink, lien, enlace, product page, web page, website, href
    """,
    "variants": """
        variants, item group id, parent sku, parent, group id, variant group, parent id, itemgroup id,
        parent handle, parent uid, parent product, variation group, variantengruppe
    """,
    "image": """
        image, image link, image url, image src, img, img url, img src, picture, picture url, photo,
        photo url, foto, foto url, bild, bild url, bildlink, bildpfad, hauptbild, main image, main image
        url, base image, product image, product image url, product image file, image path, image file,
        image filename, image name, filename, file name, file, file path, path, primary image, featured
        image, cover image, cover media url, img path, picture path, photo path, bilddatei, dateiname,
        image principale, photo principale, url image, lien image, imagen, url imagen, imagen principal,
        immagine, url immagine, imagem, afbeelding, afbeelding url, zdjecie, obrazek, billede, kuva,
        large image, image large, thumbnail, thumbnail url, product thumbnail, small image, picture link,
        photo link, pic, imgurl, obrazok, kep, imagine, imagine principala, resim, gorsel, urun gorseli,
        billede url, εικονα, φωτογραφια, зображення, посилання зображення, ссылка изображения, 主图,
        商品主图, 대표이미지, 商品画像, メイン画像, الصورة, صورة, תמונה, изображение, картинка, фото,
        画像, 图片, 이미지
    """,
    "images": """
        images, image links, image urls, additional image link, additional image links, additional image
        url, additional image urls, additional images, further images, other images, all images, gallery,
        gallery images, image gallery, media gallery, photos, pictures, pics, fotos, bilder, weitere
        bilder, zusatzbilder, galerie, imagenes, immagini, imagens, afbeeldingen, zdjecia, obrazki, photo
        urls, picture urls, other image url, variant image, variant image url, imgurl alternative, media,
        assets, product images, hosted image urls, изображения, фотографии, imgs, additionalimage,
        additional photos, more variant images, more images, product media, resimler, kepek, imagini,
        kuvat, billeder, εικονεσ, φωτογραφιεσ, 详情图, 추가이미지, الصور, תמונות
    """,
}
"""Each field's column names, likeliest first. Case, accents and characters between words do not matter.

The first is Akin's own name: if a table has it, the others do not count. Otherwise the first non-empty column
counts."""

_COMPACT = {
    field: {"".join(words_of(name)): rank for rank, name in reversed(list(enumerate(names.split(","))))}
    for field, names in _NAMES.items()
}
_REQUIRED = re.compile(r"[*†‡]+")
"""How forms mark a required field."""

_LONGEST_NAME = 100
"""The most characters in the name of a column."""

_NUMBERED = re.compile(r"\d{1,2}")
_LAST_DIGITS = re.compile(r"\d+$")
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNNAMED = re.compile(r"^Unnamed: \d+$")
_IN_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\})")
_BETWEEN_WORDS = re.compile(r"[\s_./()\[\]-]+")

_PLAIN_IMAGES = frozenset([*_COMPACT["image"], *_COMPACT["images"]])

_OF_PRODUCT = word_set("""
    product products produkt produkts produktu produit producto prodotto produto produkten artikel article
    articulo articolo item items товара товару urun tuote termek 商品 상품
    """)
"""Words that say nothing in the name of a column: "product price" is "price"."""

_WITHOUT_TAXES = word_set("excl ex excluding exkl zzgl hors ht")
_OF_TAXES = _WITHOUT_TAXES | word_set("""
    incl inc inkl including included tax taxes vat mwst ust iva tva ttc btw dph moms alv with brutto gross
    """)
"""Words about taxes in the name of a price."""

_PICTURE_WORDS = word_set("""
    image images img imgs picture pictures pic pics photo photos foto fotos bild bilder imagen imagenes
    immagine immagini imagem imagens afbeelding afbeeldingen zdjecie zdjecia obrazek obrazky obrazki resim
    resimler billede billeder kuva kuvat kep kepek imagine imagini изображение изображения зображення фото
    画像 商品画像 商品画像パス 图片 이미지 bildlink bildlinks
    """)
_BESIDE_PICTURES = word_set("""
    url urls link links src href path file name filename additional further extra more other another gallery
    media variant product item large big full hires original hosted secondary detail details back side
    alternative adicionales adicional supplementaires supplementaire aggiuntive weitere zusatz dodatkowe
    zusatzlicher zusatzliche dalsi autres otras altre andere
    ek produkt artikel producto produit prodotto produto urun
    """)
"""Words that may stand beside a word for pictures in the name of a column of further pictures."""

_MAIN_PICTURE = word_set("""
    main primary principal principale cover featured base default front first haupt glowne hlavni ana
    """)

_GUESSED = 1_000
"""The rank of a column whose name is only like a known one: after all others."""

_SYSTEMS_NAMES = {
    pair.partition("=")[0]: pair.partition("=")[2]
    for pair in word_set("""
    oxartnum=sku oxtitle=title oxshortdesc=description oxlongdesc=description oxprice=price
    oxtprice=list_price oxstock=stock oxpic1=image oxpic2=image_2 oxpic3=image_3 oxpic4=image_4
    oxsearchkeys=keywords oxmanufacturer=brand oxcattitle=category
    p_model=sku p_stock=stock p_image=image p_image.1=image_1 p_image.2=image_2 p_image.3=image_3
    p_pricenotax=price p_price=price p_manufacturer=brand p_name.de=title p_name.en=title
    p_desc.de=description p_desc.en=description
    """)
}
"""Names with a shop system's prefix: OXID's and Gambio's, as the names that other tables have."""

FIELDS = tuple(_NAMES)
"""The fields that --column accepts."""


PATHS = word_set(
    """
    category kategorie categoria kategoria categorytree productcategorytree breadcrumb breadcrumbs
    categorypath
    """
)
"""Compact names of columns whose lists are one path, outermost category first."""


class Role(NamedTuple):
    """The field of a column, and how well its name fits (`rank`, 0 is best).

    `order` is the number in a name such as image_2, `currency` the currency in one such as "Price (EUR)".
    """

    field: str
    rank: int
    order: int = 0
    currency: str = ""


@lru_cache(maxsize=4096)
def role_of(name: str) -> Role | None:
    """The role of a column by its name; None if the name is unknown."""
    # Feeds put Google's names into a namespace.
    name = _SYSTEMS_NAMES.get(name.strip().lower(), _REQUIRED.sub("", name.strip().removeprefix("g:")))
    compact = _compact(name)
    if role := _named(compact) or _numbered_image(compact):
        return role
    # "Tags (x,y,z...)", "name(en-gb)": brackets are not part of the name, but may hold a currency.
    bare = _compact(_IN_BRACKETS.sub("", name))
    role = _price_in(name) or _numbered_image(bare)
    if role is None and (role := _named(bare)):
        # A column with only the name fits better.
        return role._replace(rank=role.rank + 1)
    return role or _resembling(name)


def _resembling(name: str) -> Role | None:
    """The role of a name that only says the same with more words: "product_price", "more photos 2"."""
    words = words_of(_CAPITALS.sub(" ", name).replace("_", " "))
    rest = [word for word in words if word not in _OF_PRODUCT]
    joined = "".join(rest).removeprefix("product")
    if (rest and len(rest) < len(words)) or len(joined) < len("".join(rest)):
        role = _named("".join(rest)) or _named(joined)
        if role:
            return role._replace(rank=role.rank + _GUESSED)
    untaxed = [word for word in rest if word not in _OF_TAXES]
    # A "tax amount" is no price.
    if untaxed and untaxed != ["amount"] and len(untaxed) < len(rest):
        role = _named("".join(untaxed)) or _price_in(" ".join(untaxed))
        if role and role.field in PRICES:
            return role._replace(rank=role.rank + _GUESSED + bool(_WITHOUT_TAXES.intersection(words)))
    plain = [word for word in (_LAST_DIGITS.sub("", word) for word in words) if word]
    others = [word for word in plain if word not in _PICTURE_WORDS]
    if len(others) < len(plain) and _MAIN_PICTURE.intersection(others):
        others = [word for word in others if word not in _MAIN_PICTURE]
        return Role("image", _GUESSED) if all(word in _BESIDE_PICTURES for word in others) else None
    if len(others) < len(plain) and all(word in _BESIDE_PICTURES for word in others):
        number = next((int(word) for word in map(_digits_of, words) if word), 0)
        return Role("images", _GUESSED, order=number)
    return None


def _digits_of(word: str) -> str:
    found = _LAST_DIGITS.search(word)
    return found[0] if found and len(found[0]) <= 2 else ""


def has_picture(columns: Iterable[str]) -> bool:
    """Whether one of the columns has a name that pictures' columns have."""
    return any((role := role_of(name)) and role.field in ("image", "images") for name in columns)


def header_place(rows: Sequence[Sequence[str]]) -> int:
    """Which of a table's first rows is the header: usually the first that is not empty.

    Reports begin with a title, and templates with lines that begin with #. There, the header is the row with
    the most known names.
    """
    known = [
        sum(role_of(cell) is not None for cell in row if cell and len(cell) <= _LONGEST_NAME) for row in rows
    ]
    filled = [sum(bool(clean(cell)) for cell in row) for row in rows]
    first = next((place for place, count in enumerate(filled) if count), 0)
    best = max(range(len(rows)), key=lambda place: (known[place], -place), default=0)
    is_comment = (
        bool(rows) and next(filter(None, map(clean, rows[first])), "").startswith("#") and known[first] < 2
    )
    if known[best] >= 2 and known[best] > known[first]:
        # A title may fill as many cells as the header, but none of them is a column's name.
        is_title = not known[first] and known[best] >= 3 and 2 * known[best] >= filled[best]
        if filled[first] < filled[best] or is_comment or is_title:
            return best
    if is_comment:
        lines = (place for place in range(first, len(rows)) if filled[place])
        return next((p for p in lines if not next(filter(None, map(clean, rows[p]))).startswith("#")), first)
    return first


def numbered(header: Iterable[str]) -> tuple[list[str], list[str]]:
    """The names of a header's columns, empty for unnamed ones, and the names that occur repeatedly.

    The second column of a name is called "name (2)". "Unnamed: 0" is how pandas names an unnamed column.
    """
    seen: Counter[str] = Counter()
    names = []
    for name in (_UNNAMED.sub("", clean(each)) for each in header):
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return names, [name for name, count in seen.items() if name and count > 1]


def _numbered_image(compact: str) -> Role | None:
    """The role of image2, image_3, image_url_2, image1_url: further pictures, in numeric order."""
    number = _NUMBERED.search(compact)
    if number is None:
        return None
    rest = compact[: number.start()] + compact[number.end() :]
    if rest in _PLAIN_IMAGES:
        return Role("images", 0, order=int(number[0]))
    return None


def is_path(name: str) -> bool:
    """Whether a list in a column of this name is one path, not several categories."""
    return _compact(name) in PATHS


def _compact(name: str) -> str:
    return "".join(words_of(name))


def _named(compact: str) -> Role | None:
    for field, ranks in _COMPACT.items():
        if compact in ranks:
            return Role(field, ranks[compact])
    return None


def _price_in(name: str) -> Role | None:
    """The role of a price column whose name has a currency: Price (EUR), price_usd, EUR price, Preis in €."""
    words = [word for word in _BETWEEN_WORDS.split(name) if word]
    for currency, others in ((words[-1:], words[:-1]), (words[:1], words[1:])):
        code = code_of_word(currency[0]) if currency and others else ""
        compact = _compact(" ".join(word for word in others if word.lower() != "in"))
        for field in PRICES:
            if code and compact in _COMPACT[field]:
                return Role(field, _COMPACT[field][compact], currency=code)
    return None
