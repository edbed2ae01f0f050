"""The column names of WooCommerce's export in many languages.

Each line has the names in English, German, French, Spanish, Italian, Dutch, Polish, Portuguese, Russian and
Japanese, then those in Swedish, Danish, Norwegian, Czech, Turkish, Hungarian, Finnish, Romanian, Greek,
Ukrainian, Chinese and Korean. If a translation changed, it has the old and the new word.
"""

from __future__ import annotations

import re

from precompute.sources.exports.export import compact

_NAMES = """
id: ID
type: Type | Typ | Tipo | Тип | タイプ | 種類 | 商品タイプ | Tür | Típus | Tyyppi | Tip | Τύπος | \
类型 | 유형
sku: SKU | Artikelnummer | UGS | COD | Artikelnr | Артикул | 商品コード | REF | Código | Varenummer | \
Varenr | Katalogové číslo | Stok kodu | Cikkszám | Tuotetunnus | Κωδικός προϊόντος
name: Name | Nom | Nombre | Nome | Naam | Nazwa | Имя | Название | 名前 | 商品名 | Namn | Navn | \
Název | Jméno | İsim | Név | Nimi | Nume | Όνομα | Назва | Ім'я | Ім’я | 名称 | 이름
published: Published | Veröffentlicht | Publié | Publicado | Pubblicato | Gepubliceerd | Opublikowano \
| Опубликован | Опубликовано | 公開済み | 公開 | Publicerad | Udgivet | Publisert | Publikováno | \
Yayımlanmış | Yayınlanmış | Közzétéve | Julkaistu | Publicat | Δημοσιευμένο | Опубліковано | 已发布 | \
发布 | 공개됨 | 발행됨
visibilityincatalog: Visibility in catalog | Sichtbarkeit im Katalog | Visibilité dans le catalogue | \
Visibilidad en el catálogo | Visibilità nel catalogo | Zichtbaarheid in catalogus | Widoczność w \
katalogu | Visibilidade no catálogo | Видимость в каталоге | カタログでの表示 | Synlighet i katalog | \
Synlighet i katalogen | Synlighed i katalog | Viditelnost v katalogu | Katalogda görünürlük | \
Katalógus láthatóság | Láthatóság a katalógusban | Näkyvyys katalogissa | Vizibilitate în catalog | \
Ορατότητα στον κατάλογο | Видимість у каталозі | 目录可见性 | 카탈로그 노출
shortdescription: Short description | Kurzbeschreibung | Description courte | Descripción corta | \
Breve descrizione | Korte omschrijving | Korte beschrijving | Krótki opis | Descrição curta | Breve \
descrição | Короткое описание | Краткое описание | 簡単な説明 | Kort beskrivning | Kort beskrivelse | \
Krátký popis | Kısa açıklama | Rövid leírás | Lyhyt kuvaus | Descriere scurtă | Σύντομη περιγραφή | \
Короткий опис | 简短描述 | 요약 설명
description: Description | Beschreibung | Descripción | Descrizione | Beschrijving | Opis | Descrição \
| Описание | 説明 | Beskrivning | Beskrivelse | Popis | Açıklama | Leírás | Kuvaus | Descriere | \
Περιγραφή | Опис | 描述 | 설명
datesalepricestarts: Date sale price starts | Datum, an dem Angebotspreis beginnt | Date de début de \
promo | Día en que empieza el precio rebajado | Data di partenza del prezzo in saldo | Data inizio \
prezzo in offerta | Startdatum actieprijs | Data rozpoczęcia promocji | Data de preço promocional \
começa em | Дата начала действия продажной цены | Дата начала действия цены распродажи | セール価格の開始日
datesalepriceends: Date sale price ends | Datum, an dem Angebotspreis endet | Date de fin de promo | \
Día en que termina el precio rebajado | Termine data del prezzo di vendita | Data fine prezzo in \
offerta | Einddatum actieprijs | Data zakończenia promocji | Data de preço promocional termina em | \
Дата окончания действия продажной цены | Дата окончания действия цены распродажи | セール価格の終了日
instock: In stock? | Vorrätig? | Auf Lager? | En stock ? | ¿En inventario? | ¿Existencias? | Op \
voorraad? | W magazynie? | Em estoque? | Em stock? | В наличии? | 在庫の有無 | 在庫あり? | I lager? | \
På lager? | Na skladě? | Skladem? | Stokta? | Készleten? | Varastossa? | În stoc? | Σε απόθεμα; | В \
наявності? | 有货？ | 재고 있음?
stock: Stock | Lager | Lagerbestand | Inventario | Existencias | Magazzino | Voorraad | Stan \
magazynowy | Estoque | Запасы | 在庫 | Sklad | Stok | Készlet | Varasto | Stoc | Απόθεμα | Запас | \
库存 | 재고
backordersallowed: Backorders allowed? | Lieferrückstände erlaubt? | Lieferrückstande erlaubt? | \
Autoriser les commandes de produits en rupture ? | ¿Permitir reservas de productos agotados? | \
Abilita gli ordini arretrati? | Nabestellingen toestaan? | Pozwalać na zamówienia oczekujące (na \
dostawę do magazynu)? | São permitidas encomendas? | Задержанный заказ возможен? | Возможен ли \
предзаказ? | お取り寄せを許可する ?
saleprice: Sale price | Angebotspreis | Tarif promo | Precio rebajado | Prezzo in offerta | \
Actieprijs | Cena promocyjna | Preço promocional | Цена распродажи | Акционная цена | セール価格 | \
Reapris | Rabatterat pris | Tilbudspris | Salgspris | Zlevněná cena | Výprodejová cena | Akční cena | \
İndirimli satış fiyatı | İndirimli fiyat | Akciós ár | Alennushinta | Alehinta | Preț redus | Preț \
promoțional | Τιμή προσφοράς | Τιμή έκπτωσης | Акційна ціна | Ціна розпродажу | 促销价格 | 할인 가격
regularprice: Regular price | Regulärer Preis | Tarif régulier | Tarif normal | Precio normal | \
Prezzo di listino | Reguliere prijs | Cena | Cena regularna | Preço | Preço normal | Базовая цена | \
Обычная цена | 標準価格 | 通常価格 | Ordinarie pris | Normalpris | Vanlig pris | Běžná cena | Normal \
fiyat | Normál ár | Normaalihinta | Normaali hinta | Preț obișnuit | Preț normal | Κανονική τιμή | \
Звичайна ціна | 常规售价 | 常规价格 | 정상 가격 | 정가
categories: Categories | Kategorien | Catégories | Categorías | Categorie | Categorieën | Kategorie | \
Categorias | Категории | カテゴリー | カテゴリ | Kategorier | Kategoriler | Kategóriák | Kategoriat | \
Osastot | Categorii | Κατηγορίες | Категорії | 分类 | 카테고리
tags: Tags | Schlagwörter | Étiquettes | Etiquetas | Etichette | Tag | Tagi | Метки | タグ | \
Etiketter | Stikkord | Štítky | Etiketler | Címkék | Avainsanat | Etichete | Ετικέτες | Позначки | \
标签 | 태그
images: Images | Bilder | Imágenes | Immagine | Immagini | Afbeeldingen | Obrazki | Zdjęcia | Imagens \
| Изображения | 画像 | Billeder | Obrázky | Görseller | Resimler | Képek | Kuvat | Imagini | Εικόνες \
| Зображення | 图片 | 이미지
parent: Parent | Übergeordnetes Produkt | Eltern | Superior | Genitore | Hoofd | Element nadrzędny | \
Nadrzędny | Ascendente | Pai | Родительский | 親 | Överordnad | Overordnet | Nadřazený | Nadřazené | \
Ebeveyn | Üst | Szülő | Vanhempi | Ylätason tuote | Părinte | Γονικό | Батьківський | 父级 | 상위
brands: Brands | Marken | Marques | Marcas | Marchi | Brand | Merken | Marki | Бренды | ブランド
gtin: GTIN, UPC, EAN, or ISBN | GTIN, UPC, EAN oder ISBN | GTIN, UPC, EAN ou ISBN | GTIN, UPC, EAN o \
ISBN | GTIN, UPC, EAN of ISBN | GTIN, UPC, EAN lub ISBN | GTIN, UPC, EAN или ISBN
"""

_ATTRIBUTE_NAMES = """
Attribute name | Attribut Name | Name des Attributs | Nom de l'attribut | Nom de l’attribut | Nombre del
atributo | Nombre de atributo | Attributo nome | Nome dell'attributo | Nome dell’attributo | Naam
eigenschap | Nazwa atrybutu | Nome do atributo | Имя атрибута | Название атрибута | 属性の名前 | 属性名
"""
_ATTRIBUTE_VALUES = """
Attribute value(s) | Attribut Wert(e) | Attributwert(e) | Valeur(s) de l'attribut | Valeur(s) de
l’attribut | Valor(es) del atributo | Valores del atributo | Attributo valuta(e) | Valore dell'attributo
| Valore dell’attributo | Valore(i) dell'attributo | Waarde eigenschap | Waarde(n) eigenschap | Wartości
atrybutu | Valores do atributo | Valor(es) do atributo | Значение(-я) аттрибута(-ов) | Значения атрибута
| Значение(-я) атрибута(-ов) | 属性の値 | 属性値
"""

ENGLISH = {
    compact(word): key
    for line in _NAMES.strip().splitlines()
    for key, _, words in [line.partition(": ")]
    for word in words.split(" | ")
}
"""The compact English name of a column by its compact name in any of these languages."""

_PARTS = {
    **{compact(word): "name" for word in _ATTRIBUTE_NAMES.replace("\n", " ").split(" | ")},
    **{compact(word): "value" for word in _ATTRIBUTE_VALUES.replace("\n", " ").split(" | ")},
}
_NUMBER = re.compile(r"\d+")


def attribute_part(key: str) -> tuple[str, int] | None:
    """The part of an attribute that a compact name stands for, "name" or "value", and its number."""
    number = _NUMBER.search(key)
    if number is None:
        return None
    part = _PARTS.get(key[: number.start()] + key[number.end() :])
    return (part, int(number[0])) if part else None
