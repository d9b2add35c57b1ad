import asyncio

from studies.explorer.play import LatestRequest


def test_only_the_latest_request_follows_the_one_in_work():
    done, superseded = [], []

    async def main():
        tasks = []

        async def work(request):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            superseded.append(requests.superseded)
            done.append(request)

        requests = LatestRequest(
            work, lambda coroutine: tasks.append(asyncio.ensure_future(coroutine))
        )
        requests.submit(1)
        await asyncio.sleep(0)
        for request in (2, 3, 4):
            requests.submit(request)
        await asyncio.gather(*tasks)
        requests.submit(5)
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert done == [1, 4, 5]
    assert superseded == [True, False, False]
