"""Texts of the code that no story brings about. Whoever tells one more takes its text off."""

from bot.translations.texts import joined

# Set at start for whoever reads a language: in all of them in test_language.py.
DESCRIPTIONS = {
    (
        "I place orders at {panel} for you and tell you how they are doing. "
        "You need your own API key. Tap Start."
    ),
    "Order from {panel} in the chat.",
}
# Said in languages that there are, in test_language.py.
CHOICES = {
    "As my Telegram is set",
    "Now: {language}, as you chose.",
    "Now: {language}, as your Telegram is set.",
    "What the panel writes, like the names of its services, stays as it is.",
    "🌐 <b>Which language shall I speak?</b>",
}
# How an announcement went: its stories, in test_broadcast.py, put people into the database who speak English.
ANNOUNCED = {
    "Nobody gets it from now on.",
    "This announcement has ended already.",
    "⚠️ to {n} Telegram would not deliver it",
    "✋ {n} does not get it any more",
    "❔ {n} may have got it: the line broke meanwhile, and nobody gets it twice",
    "📣 <b>The announcement was stopped.</b>",
    "🚫 {n} has blocked me",
}
# A refill's words on its way to its end: only a panel that is asked in between says them.
ON_ITS_WAY = {joined("refill", "Awaiting"), joined("refill", "In progress")}
# Said only where several rare things meet, as a key that is gone while its refill is asked for.
RARE = {
    "/orders shows whether an order was placed; if it is not there, please try again.",
    "<b>Something went wrong on my side.</b> I have noted it.",
    "<b>Telegram</b>: no contact yet",
    "<code>{id}</code> · {day}",
    "A mistake? Write to {contact}.",
    "A refill was asked for already, and the panel does not say what became of it.",
    "Awaiting",
    "I'll tell you when it ends.",
    "Its last orders took {time}, as far as I saw.",
    "No order is open right now.",
    "Nobody is on the list here.",
    "Not among these? Send <code>/settings Lisbon</code> or <code>/settings +3</code>.",
    "Send the <b>username</b>.",
    "That is far longer than most services take.",
    "That is too long: at most {max} characters. Please send less.",
    "The key of this order is gone, so I cannot ask for it. Nothing was sent.",
    "The min must be from {min} to {max}.",
    "This service counts the comments themselves. Please send them, one on each line.",
    "You asked to cancel it, and I do not know whether the panel took that request; I go on watching.",
    "You had asked to cancel it.",
    "and {n} more currency",
    "asked for already, it has ended: {word}",
    "asked for already, the panel does not say what became of it",
    "charge per future post: <b>{price}</b>",
    "closed as not placed",
    "not sent, its key is gone",
    "not sent, the panel could not be reached",
    "old posts, charged at once: <b>{price}</b>",
    "refill: for life",
    "the panel could not be reached; nothing was sent",
    "without {n} order whose cost nobody knows",
    "{n} order made",
    "{panel} stopped answering. Send those lines again when it works.",
    "… and more in the file",
    "⚠️ <b>I had to go back to an older copy.</b>",
    "⚠️ <b>Panel</b>: no answer for {since}; trying one poll",
    "⚠️ <b>Telegram</b>: takes no messages",
    "⚠️ <b>{panel} could not be reached.</b> Nothing was sent. Please try again in a minute.",
    "⚠️ In these lines the link leads to another network than the service: {lines}.",
    "⚠️ Services of the type {type} cannot be ordered here.",
    "⚠️ The quantity is missing.",
    "⚠️ This is a package: please leave the quantity out.",
}
UNSAID = DESCRIPTIONS | CHOICES | ANNOUNCED | ON_ITS_WAY | RARE
