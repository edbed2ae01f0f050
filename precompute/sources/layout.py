"""What the columns of one table are: by their names, by what they hold, or as somebody said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from precompute.shared.errors import UserError
from precompute.sources.columns import FIELDS, Role, role_of
from precompute.sources.exports.export import FACT, Export, compact
from precompute.sources.images import images_in, json_array, looks_like_picture
from precompute.sources.products import KNOWN, PRICES, tags_in
from precompute.sources.records import Record
from precompute.sources.rows import Cell, Number, Row
from precompute.sources.text import clean
from precompute.sources.values.categories import BETWEEN, category_from, slashes_separate, split_slashes
from precompute.sources.values.prices import decimal_of

_SHARE_OF_PICTURES = 0.8
"""Of a column's cells, how many must name pictures for it to be taken for that of the pictures."""

_SHOWN = 12
"""How many of the columns that are shown as facts are named."""

_MOST_REMEMBERED = 10_000
"""Names whose roles are remembered: a feed may have others in each item."""

_BETWEEN_CATEGORIES = re.compile(r"(?<!\\),|\|")


class Layout:
    """Which column of a table is which field; makes records of its rows.

    `names` are its columns, as far as they are known, `sample` its first rows, from which is learned what
    the names do not say. `columns` are those that somebody named, by field.
    """

    def __init__(
        self,
        names: Sequence[str],
        sample: Sequence[Row],
        *,
        columns: Mapping[str, str],
        export: Export | None = None,
    ) -> None:
        self._names, self._export = names, export
        self._given = {_key(name): field for field, name in columns.items()}
        known = filter(None, map(role_of, names))
        self._own = {role.field for role in known if role.rank == 0 and role.field != "images"}
        self._priced = [role for role in map(role_of, names) if role and role.field == "price"]
        self._roles: dict[str, Role | None] = {}
        self.has_pictures = bool(self._columns_of("image", "images")) or self._find_pictures(sample)
        self._decimal = _most_frequent(map(decimal_of, self._texts(sample, *PRICES)))
        slashes = slashes_separate(self._texts(sample, "category", "categories"))
        self._path = split_slashes if slashes else category_from

    def record(self, row: Row) -> Record:
        """The record of a row. One that has no id has its first picture's path or address for it."""
        best: dict[str, tuple[Role, str]] = {}
        further: list[tuple[int, Cell]] = []
        facts: list[str] = []
        for name, cell in row.cells.items():
            role = self._role(name)
            if role is None:
                facts.append(name)
            elif role.field == "images":
                further.append((role.order, cell))
            elif role.field not in best or role.rank < best[role.field][0].rank:
                facts += [best[role.field][1]] if role.field in best else []
                best[role.field] = (role, name)
            else:
                facts.append(name)
        cells = {field: row.cells[name] for field, (_, name) in best.items()}
        further.sort(key=lambda each: each[0])
        main = [cells.pop("image")] if "image" in cells else []
        images = tuple(
            dict.fromkeys(i for cell in (*main, *(cell for _, cell in further)) for i in images_in(cell))
        )
        fields = {_fact(name): _one(row.cells[name]) for name in facts if self._is_shown(name)}
        fields |= self._fields(cells)
        if "price" in best and best["price"][0].currency:
            fields.setdefault("currency", best["price"][0].currency)
        if images:
            fields.setdefault("id", images[0])
        decimal = "." if isinstance(cells.get("price"), Number) else self._decimal
        return Record(row.place, fields, images, decimal=decimal)

    def describe(self) -> str:
        """Which columns are taken for what, for people to see and to put right."""
        parts = []
        for field in FIELDS:
            found = self._columns_of(field)
            if found == [field]:
                parts.append(field)
            elif found:
                parts.append(f"{field} from {(' and ' if field == 'images' else ', else ').join(found)}")
        text = f"Columns: {', '.join(parts)}"
        facts = [_fact(name) for name in self._names if self._role(name) is None and self._is_shown(name)]
        if facts:
            text += f"; shown as facts: {listed(facts, most=_SHOWN)}"
        return f"{text}."

    def _fields(self, cells: Mapping[str, Cell]) -> dict[str, str]:
        texts = {name: _one(cell) for name, cell in cells.items() if name not in ("category", "categories")}
        fields = {name: text for name, text in texts.items() if text}
        category, *others = self._categories(cells)
        if category:
            fields["category"] = category
        tags = [*cells["tags"]] if isinstance(cells.get("tags"), tuple) else tags_in(fields.get("tags", ""))
        if tags or others:
            fields["tags"] = "|".join([*tags, *(each.rpartition(BETWEEN)[2] for each in others)])
        return fields

    def _categories(self, cells: Mapping[str, Cell]) -> list[str]:
        """The product's category, empty where it has none, and the others that it is in."""
        one, several = cells.get("category", ""), cells.get("categories", "")
        ones = one if isinstance(one, tuple) else json_array(one) or [one]
        if not isinstance(several, tuple):
            several = json_array(several) or _BETWEEN_CATEGORIES.split(several)
        found = [self._path(clean(text).replace("\\,", ",")) for text in (*ones, *several)]
        return list(dict.fromkeys(filter(None, found))) or [""]

    def _role(self, name: str) -> Role | None:
        if name not in self._roles:
            if len(self._roles) >= _MOST_REMEMBERED:
                self._roles.clear()
            self._roles[name] = self._new_role(name)
        return self._roles[name]

    def _new_role(self, name: str) -> Role | None:
        if name.startswith(FACT):
            return None
        if _key(name) in self._given:
            return Role(self._given[_key(name)], -2)
        role = role_of(name)
        if role and role.rank and role.field in self._own:
            # A column with the field's own name goes alone: in a table that Akin wrote all others are facts.
            role = None
        if self._export and compact(name) in self._export.columns:
            field = self._export.columns[compact(name)]
            role = Role(field, -1) if field else None
        if role and role.field == "compare_at_price":
            role = self._former_price(role)
        # Whoever names the column of a field wants no other one for it.
        return None if role and role.field in self._given.values() else role

    def _former_price(self, role: Role) -> Role | None:
        """What a former price's column is: the price in a table without one; none in another currency."""
        if not self._priced and "price" not in self._given.values():
            return role._replace(field="price")
        others = {priced.currency for priced in self._priced} - {""}
        return None if role.currency and others and role.currency not in others else role

    def _is_shown(self, name: str) -> bool:
        """Whether a column without another meaning is a fact of the product."""
        return self._export is None or name.startswith(FACT) or compact(name) in self._export.facts

    def _columns_of(self, *fields: str) -> list[str]:
        roles = ((name, role) for name in self._names if (role := self._role(name)) and role.field in fields)
        return [name for name, _ in sorted(roles, key=lambda each: (each[1].rank, each[1].order))]

    def _texts(self, sample: Iterable[Row], *fields: str) -> Iterator[str]:
        names = self._columns_of(*fields)
        return (_one(row.cells[name]) for row in sample for name in names if name in row.cells)

    def _find_pictures(self, sample: Sequence[Row]) -> bool:
        """Take the column whose cells name pictures for that of the pictures, where there is one."""
        for name in self._names:
            cells = [row.cells[name] for row in sample if name in row.cells]
            if cells and sum(map(looks_like_picture, cells)) >= _SHARE_OF_PICTURES * len(cells):
                self._given[_key(name)] = "image"
                self._roles.clear()
                return True
        return False


def check_columns(columns: Mapping[str, str], names: Sequence[str], source: object) -> None:
    """Raise `UserError` where somebody named a column that is not there, or said what none can be."""
    there = {_key(name) for name in names}
    for field, name in columns.items():
        if field not in FIELDS:
            raise UserError(
                f"Expected --column to name one of {', '.join(FIELDS)}. Received: {field}={name}."
            )
        if _key(name) not in there:
            raise UserError(
                f"Expected --column {field}={name} to name a column of {source}. "
                f"Received: {listed(names) or 'no columns'}."
            )


def listed(names: Sequence[str], *, most: int = 30) -> str:
    """Names in a row, of many the first ones and how many there are besides."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _key(name: str) -> str:
    return clean(name).lower()


def _fact(name: str) -> str:
    """What a column without another meaning is called; one that another took the place of says so."""
    fact = clean(name.removeprefix(FACT).removeprefix("g:")).lower().replace("_", " ")
    return f"other {fact}" if fact in KNOWN else fact


def _one(cell: Cell) -> str:
    return clean(cell) if isinstance(cell, str) else ", ".join(cell)


def _most_frequent(texts: Iterable[str]) -> str:
    found = Counter(filter(None, texts)).most_common(1)
    return found[0][0] if found else ""
