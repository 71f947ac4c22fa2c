"""A process that follows the events three at a time, until it is killed: `python -m tests.views.follower URL`."""

import sys

from projections.runner import Projector


class Crawler(Projector):
    """Many small transactions, so that whoever kills it hits one."""

    def __init__(self, url: str) -> None:
        super().__init__(url, page=3)


def main() -> None:
    crawler = Crawler(sys.argv[1])
    crawler.prepare()
    while True:
        crawler.catch_up()


if __name__ == "__main__":
    main()
