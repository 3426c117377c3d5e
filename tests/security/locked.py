"""A broker that asks who comes, and lets nobody do what was not granted."""

import time
from collections.abc import Iterable, Mapping

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialUpsertion,
)

from deploy.kafka import java
from service.broker.rights import Right
from tests.security.certificates import Authority

LOGIN = "LOGIN"  # the listener that wants TLS and a password
MUTUAL = "MUTUAL"  # the listener that wants TLS and a certificate of the client's own
LISTENERS = {LOGIN: "SASL_SSL", MUTUAL: "SSL"}
USER, PASSWORD = "desk", "an invented pass phrase"
HOST = "127.0.0.1"
RESOURCES = {
    "Topic": ResourceType.TOPIC,
    "Group": ResourceType.GROUP,
    "TransactionalId": ResourceType.TRANSACTIONAL_ID,
}
EVERYTHING = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
PATIENCE_S = 20.0  # a broker takes what its controller has decided within milliseconds


def overrides(authority: Authority) -> dict[str, str]:
    """The properties of such a broker; through the plain listener comes whoever runs the test, and may do all."""
    certificate, key = authority.vouch_for("broker", HOST)
    both = certificate.with_name("broker-with-key.pem")
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.certificate),
        "listener.name.mutual.ssl.client.auth": "required",
        "listener.name.login.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.login.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
    }


class Locked:
    """The broker with its authority, its one user, and what that user may do."""

    def __init__(self, broker: java.JavaBroker, authority: Authority) -> None:
        self.broker = broker
        self.authority = authority
        self._admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
        self._admin.alter_user_scram_credentials([UserScramCredentialUpsertion(USER, "SCRAM_SHA_512", PASSWORD)])

    def settings(self) -> Mapping[str, str]:
        """The settings of the service with which the user logs in."""
        return {
            "CLAIMWIRE_BOOTSTRAP_SERVERS": self.broker.servers_of(LOGIN),
            "CLAIMWIRE_SECURITY_PROTOCOL": "SASL_SSL",
            "CLAIMWIRE_TLS_CA_FILE": str(self.authority.certificate),
            "CLAIMWIRE_SASL_MECHANISM": "SCRAM-SHA-512",
            "CLAIMWIRE_SASL_USERNAME": USER,
            "CLAIMWIRE_SASL_PASSWORD": PASSWORD,
        }

    def grant(self, rights: Iterable[Right], principal: str = USER) -> None:
        """Let somebody do exactly this, and return when the broker knows it; what stays is never taken away."""
        wanted = {_acl(right, principal) for right in rights}
        granted = self._granted(principal)
        self._admin.create_acls(list(wanted - granted))
        self._admin.delete_acls(list(granted - wanted))
        give_up = time.monotonic() + PATIENCE_S
        while self._granted(principal) != wanted:
            assert time.monotonic() < give_up, "waited in vain"

    def close(self) -> None:
        """Let go of the broker."""
        self._admin.close()

    def _granted(self, principal: str) -> set[ACL]:
        all_of_it = ACLFilter(f"User:{principal}", "*", ACLOperation.ANY, ACLPermissionType.ANY, EVERYTHING)
        granted, _ = self._admin.describe_acls(all_of_it)
        return set(granted)


def _acl(right: Right, principal: str) -> ACL:
    kind = ACLResourcePatternType.PREFIXED if right.prefixed else ACLResourcePatternType.LITERAL
    pattern = ResourcePattern(RESOURCES[right.resource], right.name, kind)
    operation = next(known for known in ACLOperation if known.name.replace("_", "") == right.operation.upper())
    return ACL(f"User:{principal}", "*", operation, ACLPermissionType.ALLOW, pattern)
