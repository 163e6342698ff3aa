"""What the catalogue is made from: one line a category."""

from dataclasses import dataclass

K, M = 1_000, 1_000_000


@dataclass(frozen=True)
class Shelf:
    category: str
    rate: float  # of an ordinary service; cheap ones cost a fifth, the best ten times as much
    most: int
    least: int = 100
    type: str = "Default"
    drips: bool = False


SHELVES = (
    Shelf("Instagram Followers", 0.90, 500 * K, 50, drips=True),
    Shelf("Instagram Likes", 0.12, 300 * K, 20, drips=True),
    Shelf("Instagram Views", 0.004, 50 * M, drips=True),
    Shelf("Instagram Story Views", 0.06, 50 * K, 20),
    Shelf("Instagram Reels", 0.01, 20 * M, drips=True),
    Shelf("Instagram Impressions & Reach", 0.03, 1 * M),
    Shelf("Instagram Custom Comments", 6, 5 * K, 5, "Custom Comments"),
    Shelf("Instagram Comment Packages", 4, 1, 1, "Custom Comments Package"),
    Shelf("Instagram Comment Likes", 0.9, 20 * K, 20, "Comment Likes"),
    Shelf("Instagram Comment Replies", 9, 500, 5, "Comment Replies"),
    Shelf("Instagram Auto Likes [Subscription]", 0.3, 50 * K, 20, "Subscriptions"),
    Shelf("Instagram Auto Views [Subscription]", 0.02, 1 * M, 100, "Subscriptions"),
    Shelf("Instagram Mentions", 2.2, 100 * K, 100, "Mentions"),
    Shelf("Instagram Mentions | Hashtags", 2.4, 100 * K, 100, "Mentions with Hashtags"),
    Shelf("Instagram Mentions | Custom List", 3, 50 * K, 10, "Mentions Custom List"),
    Shelf("Instagram Mentions | By Hashtag", 2.1, 100 * K, 100, "Mentions Hashtag"),
    Shelf("Instagram Mentions | User's Followers", 2.1, 100 * K, 100, "Mentions User Followers"),
    Shelf("Instagram Mentions | Media Likers", 2, 100 * K, 100, "Mentions Media Likers"),
    Shelf("Instagram Story Poll Votes", 1.4, 20 * K, 20, "Poll"),
    Shelf("🎁 Packages | Instagram", 5, 1, 1, "Package"),
    Shelf("TikTok Followers", 1.9, 200 * K, 10, drips=True),
    Shelf("TikTok Likes", 0.25, 500 * K, 10, drips=True),
    Shelf("TikTok Views", 0.0021, 100 * M, drips=True),
    Shelf("TikTok Shares & Saves", 0.05, 1 * M, 10),
    Shelf("TikTok Live Stream", 3.5, 10 * K, 10),
    Shelf("TikTok Custom Comments", 5, 3 * K, 5, "Custom Comments"),
    Shelf("TikTok Auto Views [Subscription]", 0.01, 5 * M, 100, "Subscriptions"),
    Shelf("YouTube Subscribers", 14, 50 * K, 50),
    Shelf("YouTube Views", 1.3, 10 * M, 100, drips=True),
    Shelf("YouTube Likes & Dislikes", 0.8, 100 * K, 20),
    Shelf("YouTube Watch Time (4000 Hours)", 45, 4 * K, 100),
    Shelf("YouTube Shorts", 0.7, 1 * M),
    Shelf("YouTube Live Stream Viewers", 9, 20 * K, 50),
    Shelf("YouTube Custom Comments", 11, 2 * K, 5, "Custom Comments"),
    Shelf("YouTube Comment Likes", 1.2, 20 * K, 20, "Comment Likes"),
    Shelf("YouTube SEO [Search Views]", 4, 100 * K, 500, "SEO"),
    Shelf("YouTube Community Polls", 1.5, 50 * K, 50, "Poll"),
    Shelf("Telegram Members", 0.6, 200 * K, 50, drips=True),
    Shelf("Telegram Post Views", 0.02, 500 * K, 10, drips=True),
    Shelf("Telegram Reactions 👍 ❤️ 🔥", 0.08, 100 * K, 10),
    Shelf("Telegram Premium Members ⭐", 12, 10 * K, 20),
    Shelf("Telegram Poll Votes", 0.5, 50 * K, 20, "Poll"),
    Shelf("Telegram Members | Invites from Groups", 6, 20 * K, 50, "Invites from Groups"),
    Shelf("Telegram Auto Views [Subscription]", 0.05, 100 * K, 50, "Subscriptions"),
    Shelf("Facebook Page Likes + Followers", 1.6, 500 * K, 100),
    Shelf("Facebook Post Reactions", 0.6, 100 * K, 50),
    Shelf("Facebook Video Views", 0.15, 10 * M, 500),
    Shelf("Facebook Groups", 1.8, 100 * K, 100),
    Shelf("Facebook Custom Comments", 16, 1 * K, 5, "Custom Comments"),
    Shelf("X (Twitter) Followers", 3.8, 100 * K, 50),
    Shelf("X (Twitter) Likes & Retweets", 2.4, 50 * K, 20),
    Shelf("X (Twitter) Views & Impressions", 0.005, 100 * M),
    Shelf("X (Twitter) Poll Votes", 1.1, 50 * K, 50, "Poll"),
    Shelf("Spotify Plays", 0.4, 10 * M, 1_000),
    Shelf("Spotify Followers & Saves", 0.6, 1 * M, 20),
    Shelf("Twitch Followers", 0.5, 100 * K, 20),
    Shelf("Twitch Live Viewers", 6, 5 * K, 10),
    Shelf("Threads", 2.7, 50 * K, 20),
    Shelf("Discord Members", 7, 20 * K, 50),
    Shelf("LinkedIn", 9, 20 * K, 20),
    Shelf("Website Traffic | Worldwide 🌍", 0.2, 1 * M, 500, "Web Traffic", drips=True),
    Shelf("Website Traffic | By Country", 0.4, 1 * M, 500, "Web Traffic", drips=True),
    Shelf("Google Reviews & Maps", 100, 100, 1, "Custom Comments"),
)
