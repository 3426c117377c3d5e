"""Finds the node that plays a part: leader of a partition, coordinator of a group, coordinator of a transaction."""

from confluent_kafka.admin import AdminClient

from deploy.kafka.java import JavaBroker
from deploy.kafka.node import Node

ANSWER_S = 10.0  # for an answer of a cluster that may just be electing
OFFSETS = "__consumer_offsets"
TRANSACTIONS = "__transaction_state"


class Parts:
    """Who plays which part in a cluster of ours just now; `admin` can change its topics."""

    def __init__(self, cluster: JavaBroker) -> None:
        self._cluster = cluster
        self.admin = AdminClient({"bootstrap.servers": cluster.bootstrap_servers, "log_level": 0})

    def leader(self, topic: str, partition: int = 0) -> Node:
        """The node that takes the records of a partition."""
        number = self.admin.list_topics(topic, timeout=ANSWER_S).topics[topic].partitions[partition].leader
        return self._cluster.nodes[number - 1]

    def group_coordinator(self, group: str) -> Node:
        """The node that keeps a group's members and offsets."""
        return self._leader_for(OFFSETS, group)

    def transaction_coordinator(self, transactional_id: str) -> Node:
        """The node that keeps a producer's transactions."""
        return self._leader_for(TRANSACTIONS, transactional_id)

    def _leader_for(self, topic: str, name: str) -> Node:
        """A coordinator leads the partition that a name falls on (`partitionFor` in Kafka's coordinators)."""
        count = len(self.admin.list_topics(topic, timeout=ANSWER_S).topics[topic].partitions)
        return self.leader(topic, abs(java_hash(name)) % count)


def java_hash(name: str) -> int:
    """Java's `String.hashCode` of a name in ASCII: a signed number of 32 bits."""
    code = 0
    for letter in name.encode("ascii"):
        code = (31 * code + letter) & 0xFFFFFFFF
    return code - (1 << 32) if code >> 31 else code
