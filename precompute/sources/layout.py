"""Decides which field each column of a table is: by its name, by its content, or by --column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from precompute.shared.errors import UserError
from precompute.sources.columns import FIELDS, Role, is_path, role_of
from precompute.sources.doubts.learning import placeholders_in, says_kinds, why_no_id
from precompute.sources.exports.export import FACT, Export, compact
from precompute.sources.images import images_in, looks_like_picture
from precompute.sources.products import KNOWN, PRICES
from precompute.sources.records import Record
from precompute.sources.rows import Cell, Listed, Number, Row
from precompute.sources.text import clean
from precompute.sources.values.categories import BETWEEN, category_from, slashes_separate, split_slashes
from precompute.sources.values.cell_texts import amount_in, no_group, tags_of
from precompute.sources.values.lists import NAMES, is_markup, paths_of, texts_of, values_in
from precompute.sources.values.prices import decimal_of

_SHARE_OF_PICTURES = 0.8
"""If at least this share of a column's cells name pictures, it is the column of pictures."""

_SHOWN = 12
"""How many fact columns the description names."""

_MOST_REMEMBERED = 10_000
"""How many names' roles are cached: each item of a feed may have new names."""

_MOST_PLANS = 10_000
"""How many plans are cached: each row may have another set of cells."""

_LONGEST_REFUSAL = 290
"""The most characters of an error message, however wide the table is."""

_BETWEEN_CATEGORIES = re.compile(r"(?<!\\),|[|;]")
_SEPARATORS = re.compile(r"[>»›→|/]")
_GIVEN = -10_000
"""The rank of a column that --column names: before all others."""

_LONGEST_NAME = 60


class _Plan(NamedTuple):
    """How to read all rows that have cells in the same columns: the columns' names by their use."""

    fields: tuple[tuple[str, str], ...]
    ids: tuple[str, ...]
    images: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    currency: str


class Layout:
    """Maps the columns of a table to fields, and makes records from its rows.

    `names` are its columns, as far as known. `sample` has its first rows, which show what the names do not
    say. `columns` are the columns that --column names, by field. `notes` are sentences for the user.
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
        self.notes: list[str] = []
        self._given = {_key(name): field for field, name in columns.items()}
        known = filter(None, (role_of(name) for name in names if not (export and export.role(name))))
        self._own = {role.field for role in known if role.rank == 0 and role.field != "images"}
        self._priced = [role for name in names if (role := self._by_name(name)) and role.field == "price"]
        self._roles: dict[str, Role | None] = {}
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._nothing: set[str] = set()
        self._placeholders: dict[str, frozenset[str]] = {}
        self._unlearn(sample)
        self.has_pictures = bool(self._columns_of("image", "images")) or self._find_pictures(sample)
        given = export.decimal if export else ""
        self._decimal = given or _most_frequent(map(decimal_of, self._texts(sample, *PRICES)))
        slashes = slashes_separate(self._texts(sample, "category", "categories"))
        self._path = lru_cache(maxsize=50_000)(split_slashes if slashes else category_from)

    def take_ids_for_pictures(
        self, are_pictures: Callable[[Sequence[str]], bool], sample: Sequence[Row]
    ) -> str:
        """Use a column of ids as the column of pictures if `are_pictures` is true for its texts.

        Returns the column's name, empty if there is none.
        """
        for name in self._columns_of("id"):
            texts = [_one(row.cells[name]) for row in sample if name in row.cells]
            if texts and are_pictures(texts):
                self._given[_key(name)] = "image"
                self._forget()
                self.has_pictures = True
                return name
        return ""

    def record(self, row: Row) -> Record:
        """The record of a row. If it has no id, its first picture's path or address serves as one."""
        cells = row.cells
        key = tuple(cells)
        plan = self._plans.get(key) or self._new_plan(key)
        fields = {fact: _one(cells[name]) for fact, name in plan.facts}
        taken = {field: cells[name] for field, name in plan.fields}
        if "variants" in taken and (text := no_group(taken["variants"])) is not None:
            del taken["variants"]
            fields |= {"other variants": text} if text else {}
        names = dict(plan.fields)
        self._add_fields(fields, taken, names)
        if plan.currency and (fields.get("price") or fields.get("sale_price")):
            fields.setdefault("currency", plan.currency)
        images: tuple[str, ...] = ()
        if plan.images:
            images = tuple(dict.fromkeys(image for name in plan.images for image in images_in(cells[name])))
        for name in plan.ids:
            text = _one(cells[name])
            if text and text not in self._placeholders.get(name, ()):
                fields["id"] = text
                break
        else:
            if images:
                fields["id"] = images[0]
        is_number = isinstance(taken.get("price", taken.get("sale_price")), Number)
        decimal = "." if is_number else self._decimal
        return Record(row.place, fields, images, decimal=decimal)

    def _new_plan(self, names: tuple[str, ...]) -> _Plan:
        best: dict[str, tuple[Role, str]] = {}
        further: list[tuple[int, str]] = []
        ids: list[tuple[int, str]] = []
        facts: list[str] = []
        for name in names:
            role = self._role(name)
            if role is None:
                facts.append(name)
                continue
            if self._is_id_and_picture(name, role):
                ids.append((_GIVEN, name))
            if role.field == "images":
                further.append((role.order, name))
            elif role.field == "id":
                ids.append((role.rank, name))
            elif role.field not in best or role.rank < best[role.field][0].rank:
                facts += [best[role.field][1]] if role.field in best else []
                best[role.field] = (role, name)
            else:
                facts.append(name)
        main = [best.pop("image")[1]] if "image" in best else []
        ids.sort(key=lambda each: each[0])
        further.sort(key=lambda each: each[0])
        facts += [name for _, name in ids[1:]]
        currencies = [best[field][0].currency for field in ("price", "sale_price") if field in best]
        plan = _Plan(
            fields=tuple((field, name) for field, (_, name) in best.items()),
            ids=tuple(name for _, name in ids),
            images=(*main, *(name for _, name in further)),
            facts=tuple((_fact(name), name) for name in facts if self._is_shown(name)),
            currency=next(filter(None, currencies), ""),
        )
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        self._plans[names] = plan
        return plan

    def _is_id_and_picture(self, name: str, role: Role | None) -> bool:
        """Whether a column that is used for pictures also has the ids."""
        if role is None or role.field != "image" or _key(name) not in self._given:
            return False
        by_name = role_of(name)
        return by_name is not None and by_name.field == "id"

    def describe(self) -> str:
        """A line that says which column is which field, so that users can correct it."""
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

    def _add_fields(self, fields: dict[str, str], cells: dict[str, Cell], names: Mapping[str, str]) -> None:
        """Add the values of `cells`, by field, to a record's `fields`. `names` are the columns' names."""
        others: list[str] = []
        tags: list[str] | None = None
        if "category" in cells or "categories" in cells:
            category, *others = self._categories(cells, names)
            if category:
                fields["category"] = category
        for field, cell in cells.items():
            if field in ("category", "categories"):
                continue
            if field == "tags":
                tags = tags_of(cell)
                if tags is None:
                    fields["other tags"] = _one(cell)
            elif field in PRICES and isinstance(cell, str) and cell[:1] == "{":
                fields[field] = amount_in(cell)
            elif text := _one(cell):
                fields[field] = text
        if tags or others:
            fields["tags"] = "|".join([*(tags or ()), *(each.rpartition(BETWEEN)[2] for each in others)])

    def _categories(self, cells: Mapping[str, Cell], names: Mapping[str, str]) -> list[str]:
        """The product's main category, empty if it has none, followed by its other categories."""
        found: list[str] = []
        for field in ("category", "categories"):
            cell = cells.get(field, "")
            if isinstance(cell, str):
                values = values_in(cell) if cell[:1] in ("[", "{", "(") else None
                if values is not None:
                    cell = texts_of(values, NAMES)
                    if not cell and len(values) == 1 and isinstance(values[0], Mapping):
                        cell = paths_of(values[0])
                elif is_markup(cell):
                    continue
                else:
                    cell = unescape(cell) if "&" in cell else cell
                    parts = _BETWEEN_CATEGORIES.split(cell) if field == "categories" else [cell]
                    found += [self._path(clean(part).replace("\\,", ",")) for part in parts]
                    continue
            if isinstance(cell, Listed) and is_path(names[field]) and not any(map(_SEPARATORS.search, cell)):
                cell = (BETWEEN.join(cell),)
            found += [self._path(clean(text)) for text in cell]
        return list(dict.fromkeys(filter(None, found))) or [""]

    def _role(self, name: str) -> Role | None:
        if name not in self._roles:
            if len(self._roles) >= _MOST_REMEMBERED:
                self._roles.clear()
            self._roles[name] = self._new_role(name)
        return self._roles[name]

    def _forget(self) -> None:
        self._roles.clear()
        self._plans.clear()

    def _unlearn(self, sample: Sequence[Row]) -> None:
        """Find columns that are not what their names say, and add a note for each column of ids.

        If the column called id does not identify products, other columns of ids count.
        """
        for name in self._names:
            role = self._role(name)
            if role is None or _key(name) in self._given:
                continue
            if role.field == "id" and self._export and self._export.unit:
                # In this export, several rows are one product.
                continue
            if role.field == "id":
                if note := why_no_id(name, sample):
                    self.notes.append(note)
                    self._nothing.add(name)
                self._placeholders[name] = placeholders_in(name, sample)
            elif role.field == "category" and role.rank > 0 and says_kinds(name, sample):
                self._nothing.add(name)
        self._forget()
        if "id" in self._own and not self._columns_of("id"):
            self._own.discard("id")
            self._forget()
            self._unlearn(sample)

    def _new_role(self, name: str) -> Role | None:
        if name.startswith(FACT) or name in self._nothing:
            return None
        if _key(name) in self._given:
            return Role(self._given[_key(name)], _GIVEN)
        role = role_of(name)
        if role and role.rank and role.field in self._own:
            # If a column has the field's own name, no other counts: in Akin's own tables, others are facts.
            role = None
        if self._export and (found := self._export.role(name)):
            field, rank = found
            # Pictures of the same rank are ordered by their numbers.
            order = role.order if role else 0
            role = Role(field, rank, order) if field else None
        if role and role.field == "compare_at_price":
            role = self._former_price(role)
        # If --column names the column of a field, no other column counts for it.
        return None if role and role.field in self._given.values() else role

    def _by_name(self, name: str) -> Role | None:
        """The role of a column by its name alone, in this export or in any table."""
        if self._export and (found := self._export.role(name)):
            return Role(*found) if found[0] else None
        return role_of(name)

    def _former_price(self, role: Role) -> Role | None:
        """The role of a former price: the price if the table has no other; None in another currency."""
        if not self._priced and "price" not in self._given.values():
            return role._replace(field="price")
        others = {priced.currency for priced in self._priced} - {""}
        return None if role.currency and others and role.currency not in others else role

    def _is_shown(self, name: str) -> bool:
        """Whether a column that is no field is shown as a fact."""
        if name in self._nothing:
            return False
        return self._export is None or name.startswith(FACT) or compact(name) in self._export.facts

    def _columns_of(self, *fields: str) -> list[str]:
        roles = [(name, role) for name in self._names if (role := self._role(name)) and role.field in fields]
        if fields == ("id",):
            named = ((name, self._role(name)) for name in self._names)
            roles += [(name, role) for name, role in named if role and self._is_id_and_picture(name, role)]
        return [name for name, _ in sorted(roles, key=lambda each: (each[1].rank, each[1].order))]

    def _texts(self, sample: Iterable[Row], *fields: str) -> Iterator[str]:
        names = self._columns_of(*fields)
        return (_one(row.cells[name]) for row in sample for name in names if name in row.cells)

    def _find_pictures(self, sample: Sequence[Row]) -> bool:
        """Use a column whose cells name pictures as the column of pictures. Returns whether there is one."""
        for name in self._names:
            cells = [row.cells[name] for row in sample if name in row.cells]
            if cells and sum(map(looks_like_picture, cells)) >= _SHARE_OF_PICTURES * len(cells):
                self._given[_key(name)] = "image"
                self._forget()
                return True
        return False


def check_columns(columns: Mapping[str, str], names: Sequence[str], source: object) -> None:
    """Raise `UserError` if --column names an unknown field or a column that does not exist."""
    there = {_key(name) for name in names}
    for field, name in columns.items():
        given = f"{field}={shortened(name)}"
        if field not in FIELDS:
            raise UserError(f"Expected --column to name one of {', '.join(FIELDS)}. Received: {given}.")
        if _key(name) not in there:
            text = f"Expected --column {given} to name a column of {source}. Received: {{}}."
            raise UserError(with_names(text, names))


def with_names(text: str, names: Sequence[str]) -> str:
    """A sentence with a table's names in place of {}, as many as keep it readable."""
    listing = listed(names, longest=_LONGEST_REFUSAL - len(text)) or "no columns"
    return text.replace("{}", listing)


def listed(names: Sequence[str], *, most: int = 30, longest: int | None = None) -> str:
    """Names separated by commas. If they are many or long, the first ones and the number of the others."""
    shown: list[str] = []
    for name in map(shortened, names[:most]):
        # The 16 characters are for " and … more".
        if shown and longest is not None and len(", ".join([*shown, name])) + 16 > longest:
            break
        shown.append(name)
    more = f" and {len(names) - len(shown):,} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more


def shortened(name: str) -> str:
    """A column's name, cut if it is too long."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _key(name: str) -> str:
    return clean(name).lower()


def _fact(name: str) -> str:
    """The name of a fact from a column. It begins with "other" if another column is the field."""
    fact = clean(clean(name.removeprefix(FACT).removeprefix("g:")).lower().replace("_", " "))
    return f"other {fact}" if fact in KNOWN else fact


def _one(cell: Cell) -> str:
    # Readers have already removed invisible characters.
    return cell if isinstance(cell, str) else ", ".join(cell)


def _most_frequent(texts: Iterable[str]) -> str:
    found = Counter(filter(None, texts)).most_common(1)
    return found[0][0] if found else ""
