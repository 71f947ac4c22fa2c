"""A process that follows the events three at a time, until it is killed: `python -m tests.views.follower URL`."""

import sys

from projections.runner import Projector


class Crawler(Projector):
    """Many small transactions, so that whoever kills it hits one."""

    def step(self, limit: int = 3) -> int:
        return super().step(min(limit, 3))


def main() -> None:
    crawler = Crawler(sys.argv[1])
    crawler.prepare()
    while True:
        crawler.catch_up()


if __name__ == "__main__":
    main()
