"""A broker that asks who comes and lets nobody do what was not granted."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.admin import ACLFilter, ResourcePatternFilter

from deploy.kafka import java
from tests.conftest import StartBroker
from tests.security.certificates import Authority

CHECKED = "CHECKED"  # TLS, and a login
MUTUAL = "MUTUAL"  # TLS, and a certificate of the client's own
USER, PASSWORD = "claimwire", "an invented pass phrase"
HOST = "127.0.0.1"


class Right(NamedTuple):
    """An operation on a resource; the name is a prefix where it ends with `*`, as in Kafka's own tools."""

    resource: ResourceType
    name: str
    operation: ACLOperation

    def __str__(self) -> str:
        return f"{self.operation.name} on {self.resource.name} {self.name}".lower()


def overrides(authority: Authority) -> dict[str, str]:
    """The properties of a broker with two more doors; through the plain one comes whoever runs the test, and may all."""
    certificate, key = authority.vouch_for("broker", HOST)
    own = certificate.parent / "broker-both.pem"
    own.write_bytes(key.read_bytes() + certificate.read_bytes())
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(own),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.certificate),
        f"listener.name.{MUTUAL.lower()}.ssl.client.auth": "required",
        f"listener.name.{CHECKED.lower()}.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        f"listener.name.{CHECKED.lower()}.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
    }


class LockedBroker:
    """A running broker with a user, whose rights are given and taken."""

    def __init__(self, broker: java.JavaBroker, authority: Authority) -> None:
        self.broker = broker
        self.authority = authority
        self._admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
        login = UserScramCredentialUpsertion(USER, "SCRAM_SHA_512", PASSWORD)
        self._admin.alter_user_scram_credentials([login])

    def grant(self, rights: Iterable[Right], user: str = USER) -> None:
        """Let a user do exactly this."""
        everything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
        self._admin.delete_acls(
            [ACLFilter(f"User:{user}", "*", ACLOperation.ANY, ACLPermissionType.ANY, everything)]
        )
        self._admin.create_acls([_acl(right, user) for right in rights])

    def close(self) -> None:
        """Let go of the broker."""
        self._admin.close()


def _acl(right: Right, user: str) -> ACL:
    prefix = right.name.endswith("*")
    kind = ACLResourcePatternType.PREFIXED if prefix else ACLResourcePatternType.LITERAL
    pattern = ResourcePattern(right.resource, right.name.removesuffix("*"), kind)
    return ACL(f"User:{user}", "*", right.operation, ACLPermissionType.ALLOW, pattern)
