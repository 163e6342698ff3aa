"""What a panel's known errors mean, in the reader's language."""

from markupsafe import Markup

from bot.gateway.texts import lines, phrase, t

# Found without case, as a part of the panel's words; the first hit counts.
MEANT = (
    (
        ("invalid api key", "incorrect api key", "missing key", "invalid key"),
        phrase("The panel does not know this API key."),
    ),
    (("api access disabled",), phrase("The panel has switched off the API for this account.")),
    (("account suspended", "user_inactive"), phrase("The panel has suspended this account.")),
    (
        ("not enough funds", "not_enough_funds", "insufficient_balance", "low balance"),
        phrase("There is too little money on your balance at the panel."),
    ),
    (
        ("active order with this link", "link_duplicate", "duplicate_order"),
        phrase("The panel is still busy with another order for this link."),
    ),
    (
        ("rate limit", "too_many_orders", "too many requests"),
        phrase("The panel takes no more requests for the moment."),
    ),
    (("maintenance",), phrase("The panel is being worked on.")),
    (
        ("incorrect service id", "disabled service", "service_not_found", "service_inactive"),
        phrase("The panel does not offer this service any more."),
    ),
    (("incorrect order id",), phrase("The panel does not know this order.")),
    (("refill not found",), phrase("The panel does not know this refill.")),
    (("not eligible for refill",), phrase("The panel does not refill this order, or not yet.")),
    (("bad link",), phrase("The panel cannot use this link.")),
    (("less than minimal", "min_quantity"), phrase("The quantity is too small for the panel.")),
    (("more than maximum", "max_quantity"), phrase("The quantity is too large for the panel.")),
    ((".increment",), phrase("The panel takes only certain steps of the quantity, like whole hundreds.")),
    (("is required",), phrase("The panel wants something more to be filled in.")),
    (("incorrect request",), phrase("The panel did not understand the request.")),
)


def meant(*words: str) -> Markup:
    """What these words of the panel say, each thing once; "" when none of them is known."""
    found = dict.fromkeys(text for one in words if (text := _meant(one)))
    return lines(*map(t, found))


def _meant(words: str) -> str | None:
    folded = words.casefold()
    return next((text for parts, text in MEANT if any(part in folded for part in parts)), None)
