import asyncio

import numpy as np

from studies.explorer.latest import Latest
from studies.explorer.picking import pick, pick_hardest


def test_only_the_newest_wish_is_done_after_the_one_under_way():
    done, outdated = [], []

    async def main():
        tasks = []

        async def work(wish):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            outdated.append(latest.outdated)
            done.append(wish)

        latest = Latest(work, lambda coroutine: tasks.append(asyncio.ensure_future(coroutine)))
        latest.ask(1)
        await asyncio.sleep(0)
        for wish in (2, 3, 4):
            latest.ask(wish)
        await asyncio.gather(*tasks)
        latest.ask(5)
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert done == [1, 4, 5]
    assert outdated == [True, False, False]


LABELS = np.array([0, 1, 0, 1, 1])


def test_next_and_previous_go_around_within_the_class():
    generator = np.random.default_rng(0)
    assert pick("next", 1, 1, LABELS, generator) == 3
    assert pick("next", 4, 1, LABELS, generator) == 1
    assert pick("previous", 1, 1, LABELS, generator) == 4
    assert pick("previous", 2, 1, LABELS, generator) == 1
    assert pick("next", 4, None, LABELS, generator) == 0
    assert pick("previous", 0, None, LABELS, generator) == 4
    assert pick("next", 0, 7, LABELS, generator) == 1  # a class without test images: any


def test_a_random_image_is_another_one_of_the_class():
    generator = np.random.default_rng(0)
    assert {pick("random", 1, 1, LABELS, generator) for _ in range(40)} == {3, 4}
    assert {pick("random", 0, None, LABELS, generator) for _ in range(80)} == {1, 2, 3, 4}
    assert pick("random", 0, None, LABELS[:1], generator) == 0


def test_the_hardest_come_in_their_order_and_then_again():
    hardest = np.array([4, 0, 3, 2, 1])
    assert [pick_hardest(rank, None, LABELS, hardest) for rank in range(6)] == [4, 0, 3, 2, 1, 4]
    assert [pick_hardest(rank, 1, LABELS, hardest) for rank in range(4)] == [4, 3, 1, 4]
