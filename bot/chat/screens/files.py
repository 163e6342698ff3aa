"""What is wrong with a file that was sent as an answer."""

from bot.gateway.figures import number
from bot.gateway.files import LARGEST, FileTrouble, NotText, TooLarge
from bot.gateway.messenger import Screen
from bot.gateway.texts import paragraphs, t


def trouble(error: FileTrouble) -> Screen:
    nothing = t("I did not take anything from it, and nothing was ordered.")
    if isinstance(error, TooLarge):
        words = t(
            "⚠️ <b>This file is too large.</b> I read text files of up to {kilobytes} KB.",
            kilobytes=number(LARGEST // 1024),
        )
        return Screen(paragraphs(words, nothing, t("Please send a smaller one, or type it.")))
    if isinstance(error, NotText):
        words = t("⚠️ <b>I cannot read this file: it is not plain text.</b>")
        advice = t("Please save it as .txt or .csv and send that, or type it.")
        return Screen(paragraphs(words, nothing, advice))
    words = t("⚠️ <b>Telegram did not give me your file.</b>")
    return Screen(paragraphs(words, nothing, t("Please send it again in a minute, or type it.")))
