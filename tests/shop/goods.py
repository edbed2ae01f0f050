"""What the shop sells: as many products as are asked for, with pictures that are the same every time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tests.drawn_pictures import encoded, picture
from tests.shop.server import Site

CATEGORIES = (("Kitchen", "Mugs"), ("Kitchen", "Bowls"), ("Living", "Lamps"))
_NAMES = ("Mug", "Schale", "ランプ")


@dataclass(frozen=True)
class Good:
    """One product of the shop; its pictures are at `/img/NUMBER-1.jpg` and so on."""

    number: int

    @property
    def name(self) -> str:
        """In three scripts."""
        return f"{_NAMES[self.number % 3]} No. {self.number}"

    @property
    def handle(self) -> str:
        """As an address has it."""
        return f"good-{self.number}"

    @property
    def category(self) -> tuple[str, str]:
        """From the outside to the inside."""
        return CATEGORIES[self.number % 3]

    @property
    def price(self) -> str:
        """In euros."""
        return f"{10 + self.number}.50"

    def images(self, site: Site) -> list[str]:
        """The addresses of its two pictures."""
        return [f"{site.url}/img/{self.number}-{each}.jpg" for each in (1, 2)]


def goods(count: int) -> list[Good]:
    """The first products of the shop."""
    return [Good(1000 + number) for number in range(count)]


def give_pictures(site: Site, products: list[Good], *, size: int = 96, **options: object) -> None:
    """Let the site have the products' pictures."""
    for good in products:
        for each in (1, 2):
            path = f"/img/{good.number}-{each}.jpg"
            site.give(path, photo(good.number * 10 + each, size), "image/jpeg", **options)


@cache
def photo(seed: int, size: int = 96) -> bytes:
    """A picture as JPEG."""
    return encoded(picture(seed, width=size, height=size), "JPEG")
