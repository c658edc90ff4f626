"""What is measured: what cowrite-load is told, and which of its figures count."""

import resource
from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    arguments: tuple[str, ...]  # Of cowrite-load.
    figure: str  # The field of its JSON whose rate and latency count.
    unit: str
    detail: str = ""  # What the title leaves out.
    timed: bool = True  # Whether it goes on for --seconds after its warm-up.
    seconds: float = 0  # If it needs longer than others.


COMPARED = (
    Scenario("acks", "A writer in each of 100 documents",
             ("acks", "--documents", "100", "--size", "1000"), "acknowledged", "operations/s",
             detail="of 1,000 characters"),
    Scenario("acks-long", "A writer in each of 100 documents",
             ("acks", "--documents", "100", "--size", "100000"), "acknowledged", "operations/s",
             detail="of 100,000 characters"),
    Scenario("fanout", "One writer, 100 subscribers",
             ("fanout", "--subscribers", "100"), "delivered", "deliveries/s"),
    Scenario("fanout-1000", "One writer, 1,000 subscribers",
             ("fanout", "--subscribers", "1000"), "delivered", "deliveries/s"),
    Scenario("hot", "50 writers in one document",
             ("hot", "--writers", "50"), "acknowledged", "operations/s"),
    Scenario("mixed", "5 writers in each of 100 documents",
             ("mixed", "--documents", "100", "--writers", "5"), "acknowledged", "operations/s"),
    Scenario("cold", "50 clients open 10,000 documents",
             ("cold", "--documents", "10000", "--size", "1000"), "opened", "documents/s",
             detail="of 1,000 characters", timed=False),
)

# As many as the server takes, or fewer where it may not have as many descriptors: a quarter of them is for the store.
IDLE = min(19_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1] * 3 // 4 - 500)

CROWDS = (
    Scenario("idle", f"{IDLE:,} idle connections", ("idle", "--connections", str(IDLE)),
             "connected", "connections/s", timed=False),
    Scenario("reconnecting", "5,000 clients whose connections are cut all at once",
             ("typists", "--people", "5000", "--documents", "1000", "--reconnect", "10",
              "--reconnect-together"), "reconnected", "connections/s", seconds=30),
    Scenario("typists", "1,000 people type in 200 documents, with cursors",
             ("typists", "--people", "1000", "--documents", "200"), "acknowledged",
             "operations/s", seconds=30),
)
