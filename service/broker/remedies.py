"""What to do about each error that kafka-python can raise."""

import re
from collections.abc import Iterator
from enum import IntEnum

import kafka.errors as kafka_errors
from kafka.errors import KafkaError


class Remedy(IntEnum):
    """Ordered by gravity: of several causes, the gravest decides."""

    RETRY = 1
    """A broker, a network or a transaction failed: make a new producer, go back to what is committed, try again."""
    REJOIN = 2
    """The group has moved on without us: forget every position and start from what is committed."""
    SET_ASIDE = 3
    """The broker refuses this record and would refuse it again: it becomes a dead letter."""
    REFUSED = 4
    """The broker refuses us until somebody changes a configuration: stop."""
    UNREADABLE = 5
    """The client cannot parse what the broker sent and would spin on it: stop."""
    FENCED = 6
    """Another process has taken our place: stop."""


_REMEDIES: dict[Remedy, str] = {
    Remedy.REJOIN: """
        CommitFailedError FencedMemberEpochError IllegalGenerationError MemberIdRequiredError RebalanceInProgressError
        StaleMemberEpochError UnknownMemberIdError UnreleasedInstanceIdError
        LogTruncationError NoOffsetForPartitionError OffsetOutOfRangeError
    """,
    Remedy.SET_ASIDE: """
        InvalidRecordError MessageSizeTooLargeError RecordListTooLargeError
    """,
    Remedy.REFUSED: """
        AuthorizationError ClusterAuthorizationFailedError DelegationTokenAuthorizationFailedError
        GroupAuthorizationFailedError GroupMaxSizeReachedError IllegalSaslStateError InconsistentGroupProtocolError
        IncompatibleBrokerVersion InvalidCommitOffsetSizeError InvalidConfigurationError InvalidGroupIdError
        InvalidRequiredAcksError InvalidSessionTimeoutError InvalidTopicError InvalidTransactionTimeoutError
        KafkaConfigurationError OffsetMetadataTooLargeError PolicyViolationError
        SaslAuthenticationFailedError SecurityDisabledError
        TopicAuthorizationFailedError TransactionalIdAuthorizationFailedError UnacceptableCredentialError
        UnrecognizedBrokerVersion UnsupportedAssignorError UnsupportedCodecError UnsupportedCompressionTypeError
        UnsupportedForMessageFormatError UnsupportedSaslMechanismError UnsupportedVersionError
    """,
    Remedy.UNREADABLE: "CorruptRecordError",
    Remedy.FENCED: "FencedInstanceIdError InvalidProducerEpochError ProducerFencedError",
    # The state of a transaction or a connection is lost, which a new producer and the committed offsets mend; or a
    # clock is wrong, ours or the broker's, and once it is right the same record is taken (InvalidTimestampError).
    Remedy.RETRY: """
        BrokerNotAvailableError BrokerResponseError DuplicateSequenceNumberError IllegalArgumentError IllegalStateError
        InvalidFetchRequestError InvalidProducerIdMappingError InvalidReceiveError InvalidRequestError
        InvalidTimestampError InvalidTxnStateError KafkaError KafkaProtocolError OffsetMovedToTieredStorageError
        OperationNotAttemptedError OutOfOrderSequenceNumberError QuotaViolationError StaleBrokerEpochError
        TransactionAbortableError TransactionAbortedError TransactionCoordinatorFencedError
        TransactionalIdNotFoundError UnknownBrokerIdError UnknownError UnknownProducerIdError
    """,
}

# Answers to requests that the service never makes: administration, quorum, share groups, delegation tokens.
NOT_OURS = frozenset(
    [
        "BrokerIdNotRegisteredError",
        "DelegationTokenAuthDisabledError",
        "DelegationTokenExpiredError",
        "DelegationTokenNotFoundError",
        "DelegationTokenOwnerMismatchError",
        "DelegationTokenRequestNotAllowedError",
        "DuplicateBrokerRegistrationError",
        "DuplicateResourceError",
        "DuplicateVoterError",
        "FeatureUpdateFailedError",
        "FencedStateEpochError",
        "GroupIdNotFoundError",
        "GroupSubscribedToTopicError",
        "InconsistentClusterIdError",
        "InconsistentVoterSetError",
        "IneligibleReplicaError",
        "InvalidPartitionsError",
        "InvalidPrincipalTypeError",
        "InvalidRecordStateError",
        "InvalidRegistrationError",
        "InvalidReplicationAssignmentError",
        "InvalidReplicationFactorError",
        "InvalidUpdateVersionError",
        "InvalidVoterKeyError",
        "LogDirNotFoundError",
        "MismatchedEndpointTypeError",
        "NewLeaderElectedError",
        "NoError",
        "NonEmptyGroupError",
        "NoReassignmentInProgressError",
        "PositionOutOfRangeError",
        "PrincipalDeserializationFailureError",
        "ReassignmentInProgressError",
        "ResourceNotFoundError",
        "SnapshotNotFoundError",
        "StaleControllerEpochError",
        "TelemetryTooLargeError",
        "TopicAlreadyExistsError",
        "TopicDeletionDisabledError",
        "UnknownControllerIdError",
        "UnknownSubscriptionIdError",
        "UnsupportedEndpointTypeError",
        "VoterNotFoundError",
    ]
)

REMEDIES: dict[str, Remedy] = {name: remedy for remedy, names in _REMEDIES.items() for name in names.split()}

_ERROR_NAME = re.compile(r"\b[A-Z]\w+Error\b")


def remedy(error: BaseException) -> Remedy:
    """The gravest remedy among an error and its causes.

    A producer in an error state raises a plain KafkaError that holds the cause in its arguments, or only names it in
    its text (kafka-python 3.0.12, `TransactionManager._maybe_fail_with_error`), so both are read.
    """
    return max((REMEDIES.get(name, Remedy.RETRY) for name in _names(error)), default=Remedy.RETRY)


def _names(error: BaseException) -> Iterator[str]:
    for cause in (error, *error.args, error.__cause__):
        if isinstance(cause, KafkaError):
            # A subclass that a release adds is treated like the class it refines.
            yield next(c.__name__ for c in type(cause).__mro__ if c.__name__ in REMEDIES or c is KafkaError)
            yield from (name for name in _ERROR_NAME.findall(str(cause)) if hasattr(kafka_errors, name))
