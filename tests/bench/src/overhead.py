"""The calls of overhead.rs by the official Python SDK; prints wall and CPU seconds."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from scaleway import Client
from scaleway.container.v1 import ContainerV1API

url, key, container_id, calls, at_once = sys.argv[1:]
client = Client(
    access_key="SCWXXXXXXXXXXXXXXXXX",
    secret_key=key,
    api_url=url.rstrip("/"),
    default_region="fr-par",
)
api = ContainerV1API(client)


def call(_):
    return api.get_container(container_id=container_id).id == container_id


wall, cpu = time.perf_counter(), time.process_time()
with ThreadPoolExecutor(int(at_once)) as pool:
    assert all(pool.map(call, range(int(calls))))
print(time.perf_counter() - wall, time.process_time() - cpu)
