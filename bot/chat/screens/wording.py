"""What is asked, answered, wrong and told in single words, in tables for translators."""

from collections.abc import Mapping

from bot.core.countries import WORLD
from bot.gateway.texts import phrase, phrase_in
from bot.panel.models import RefillWord, Status

# The API's own words for its parameters.
FIELDS: Mapping[str, str] = {
    "link": phrase("link"),
    "quantity": phrase("quantity"),
    "comments": phrase("comments"),
    "keywords": phrase("keywords"),
    "groups": phrase("groups"),
    "usernames": phrase("usernames"),
    "hashtags": phrase("hashtags"),
    "hashtag": phrase("hashtag"),
    "username": phrase("username"),
    "media": phrase("media"),
    "answer_number": phrase("answer number"),
    "min": phrase("min"),
    "max": phrase("max"),
    "delay": phrase("delay"),
    "posts": phrase("posts"),
    "old_posts": phrase("old posts"),
    "expiry": phrase("expiry"),
    "country": phrase("country"),
    "device": phrase("device"),
    "type_of_traffic": phrase("type of traffic"),
    "google_keyword": phrase("google keyword"),
    "referring_url": phrase("referring url"),
    "runs": phrase("runs"),
    "interval": phrase("interval"),
}

# By field, or by type and field where a type means something of its own by it.
ASKING: Mapping[str, str] = {
    "link": phrase("Send the <b>link</b> it is for, like https://example.com/p/1"),
    "account.link": phrase("Send the <b>link</b> of the profile, channel or group, or just its @name."),
    "web traffic.link": phrase("Send the <b>link</b> of the site or page that is to be visited."),
    "quantity": phrase("Send the <b>quantity</b>: a number from {min} to {max}."),
    "comments": phrase("Send {min} to {max} <b>comments</b>, one on each line, or as a .txt file."),
    "custom comments package.comments": phrase(
        "Send the <b>comments</b>, one on each line, or as a .txt file."
    ),
    "comment replies.comments": phrase(
        "Send {min} to {max} replies (<b>comments</b>), one on each line, or as a .txt file.",
    ),
    "keywords": phrase("Send the <b>keywords</b>, one on each line, or as a .txt file."),
    "groups": phrase(
        "Send the <b>groups</b> people are invited from: their links, one on each line, or as a .txt file.",
    ),
    "usernames": phrase("Send the <b>usernames</b> to mention, one on each line, or as a .txt file."),
    "mentions custom list.usernames": phrase(
        "Send {min} to {max} <b>usernames</b> to mention, one on each line, or as a .txt file.",
    ),
    "hashtags": phrase("Send the <b>hashtags</b>, one on each line, or as a .txt file."),
    "hashtag": phrase("Send the <b>hashtag</b> whose users are mentioned."),
    "username": phrase("Send the <b>username</b>."),
    "mentions user followers.username": phrase("Send the <b>username</b> whose followers are mentioned."),
    "comment likes.username": phrase("Send the <b>username</b> of the person who wrote the comment."),
    "comment replies.username": phrase("Send the <b>username</b> of the person who wrote the comment."),
    "subscriptions.username": phrase("Send the <b>username</b> whose new posts get it."),
    "media": phrase("Send the <b>media</b>: the link of the post whose likers are mentioned."),
    "answer_number": phrase(
        "Send the <b>answer number</b>: which answer of the poll to vote for, counted from 1."
    ),
    "min": phrase(
        "Each new post gets a number between min and max, picked by chance.\n\nSend the <b>min</b>: from "
        "{min} to {max}.",
    ),
    "max": phrase("Send the <b>max</b> for each new post: up to {max}."),
    "delay": phrase("How long after a new post does it begin? Choose the <b>delay</b>."),
    "posts": phrase("For how many new <b>posts</b>? Send a number, or skip this for no limit."),
    "old_posts": phrase(
        "How many <b>old posts</b>, published already, get it too? Send a number, or skip this for none.",
    ),
    "expiry": phrase(
        "On which day does it end (<b>expiry</b>)? Send a date like 31/12/2030, or skip this for none."
    ),
    "country": phrase(
        "From which <b>country</b> do visitors come? Tap one, or send its name or two-letter code."
    ),
    "device": phrase("Which <b>device</b> do visitors use?"),
    "type_of_traffic": phrase("Where do visitors come from? Choose the <b>type of traffic</b>."),
    "google_keyword": phrase("Send the <b>Google keyword</b> visitors search for."),
    "referring_url": phrase("Send the <b>referring URL</b>: the site visitors come from."),
    "runs": phrase(
        "Drip-feed: the same quantity several times, with a pause between. You pay for each run.\n\n"
        "How many <b>runs</b>? Send a number from 2 on.",
    ),
    "interval": phrase("How many minutes between two runs (<b>interval</b>)? Send a number."),
}

# What the values of the API's tables mean: minutes, kinds of device, kinds of traffic.
CHOICES: Mapping[str, Mapping[str, str]] = {
    "country": {WORLD: phrase("Worldwide")},
    "delay": {
        "0": phrase("At once"),
        "5": phrase("After 5 minutes"),
        "10": phrase("After 10 minutes"),
        "15": phrase("After 15 minutes"),
        "30": phrase("After 30 minutes"),
        "60": phrase("After 1 hour"),
        "90": phrase("After 1½ hours"),
    },
    "device": {
        "1": phrase("Computers"),
        "2": phrase("Android phones"),
        "3": phrase("iPhones and iPads"),
        "4": phrase("All phones"),
        "5": phrase("All devices"),
    },
    "type_of_traffic": {
        "1": phrase("From a Google search"),
        "2": phrase("From another site"),
        "3": phrase("Directly"),
    },
}

# What is wrong with an answer, by `InvalidAnswer.reason`.
WRONG: Mapping[str, str] = {
    "link": phrase(
        "That is no link I can order for. Please copy it from your browser or app: "
        "one address without spaces, like https://example.com/p/1",
    ),
    "name_for_link": phrase(
        "This service is for a post, not for an account, so a name is not enough. Please "
        "copy the post's link from your browser or app.",
    ),
    "number": phrase("I need a whole number, written like 1000 or 1 000."),
    "bounds": phrase("I need a whole number from {min} to {max}."),
    "range": phrase("The quantity must be from {min} to {max}."),
    "count": phrase("Lines counted: {count}. Please send {min} to {max}, one on each line."),
    "empty_list": phrase("I found nothing in it. Please send one on each line."),
    "long_list": phrase("That is too long: at most {max} characters. Please send less."),
    "word_in_list": phrase(
        "Line {line} holds more than a name. Please send one on each line, without spaces."
    ),
    "word": phrase("I need one name without spaces."),
    "only_a_number": phrase(
        "This service counts the comments themselves. Please send them, one on each line."
    ),
    "min_range": phrase("The min must be from {min} to {max}."),
    "max_range": phrase("The max must be from {min} to {max}."),
    "phrase": phrase("I need a few words on one line, at most {max} characters."),
    "choice": phrase("Please tap one of the buttons below."),
    "country": phrase(
        "I do not know this country. Please send its name or its two-letter code, like DE.",
    ),
    "date": phrase("I need a date, day first: like 31/12/2030."),
    "past": phrase("This day is over. Please send one to come, day first: like 31/12/2030."),
}

STATUSES: Mapping[Status, str] = {
    Status.PENDING: phrase("Pending"),
    Status.PROCESSING: phrase("Processing"),
    Status.IN_PROGRESS: phrase("In progress"),
    Status.AWAITING: phrase("Awaiting"),
    Status.ACTIVE: phrase("Active"),
    Status.PAUSED: phrase("Paused"),
    Status.COMPLETED: phrase("Completed"),
    Status.PARTIAL: phrase("Partial"),
    Status.CANCELED: phrase("Canceled"),
    Status.REFUNDED: phrase("Refunded"),
    Status.FAILED: phrase("Failed"),
    Status.EXPIRED: phrase("Expired"),
}

REFILLS: Mapping[RefillWord, str] = {
    RefillWord.PENDING: phrase_in("refill", "Pending"),
    RefillWord.AWAITING: phrase_in("refill", "Awaiting"),
    RefillWord.IN_PROGRESS: phrase_in("refill", "In progress"),
    RefillWord.COMPLETED: phrase_in("refill", "Completed"),
    RefillWord.REJECTED: phrase_in("refill", "Rejected"),
    RefillWord.ERROR: phrase_in("refill", "Error"),
}
