"""The yardsticks that reports and pages show: their names, what they say and which way is better."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 10
"""The entries at the head of a list that count for hubs."""


@dataclass(frozen=True)
class Yardstick:
    """One yardstick. `title` is what people read; it is a share of products or entries unless `is_share` is
    False. `by_category` says whether it is also measured for each category alone.
    """

    name: str
    title: str
    higher_is_better: bool = True
    by_category: bool = False
    is_share: bool = True

    def is_worse(self, difference: float) -> bool:
        """Whether lists whose value is larger by `difference` are worse."""
        return difference < 0 if self.higher_is_better else difference > 0


YARDSTICKS = {
    yardstick.name: yardstick
    for yardstick in (
        Yardstick("precision_at_1", "Same category, first look-alike", by_category=True),
        Yardstick("precision_at_5", "Same category, first 5", by_category=True),
        Yardstick("precision_at_10", "Same category, first 10", by_category=True),
        Yardstick("other_picture_first", "Same product’s other picture first", by_category=True),
        Yardstick("colour_at_5", "Same main colour, first 5", by_category=True),
        Yardstick("facts_at_5", "Facts shared, first 5", by_category=True),
        Yardstick("clicked_at_5", "Products clicked, first 5", by_category=True),
        Yardstick("clicked_at_10", "Products clicked, first 10", by_category=True),
        Yardstick("largest_hub", "Lists that show the largest hub", higher_is_better=False),
        Yardstick("hub_skewness", f"Skewness of N{SHOWN} (hubs)", higher_is_better=False, is_share=False),
        Yardstick("not_shown", "Products that no list shows at first", higher_is_better=False),
        Yardstick("in_no_list", "Products in no stored list", higher_is_better=False),
    )
}
"""Every yardstick by name, in the order in which they are shown."""
