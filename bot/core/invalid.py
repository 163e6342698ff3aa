"""What is said of an answer that will not do."""


class InvalidAnswer(Exception):
    """The answer will not do. `reason` names the text to show, `params` what it mentions."""

    def __init__(self, reason: str, **params: int | str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params
