"""The branch of the error tree that belongs to the service.

ClaimwireError                      (models/errors.py, with the branch of the models)
├── SettingsError                   a setting is unknown, malformed, or contradicts another
├── BadRecordError                  one record cannot be labelled: it becomes a dead letter
├── NotADeadLetterError             a record on the dead-letter topic is not one of ours (service/dead_letters.py)
├── DeliveryFailedError             a batch could not be delivered: it is read again (service/broker/delivery.py)
├── Stopped                         a signal came before a broker had answered (service/broker/reaching.py)
└── ServiceError                    the service has to stop; its exit code tells which one
    ├── BrokerUnavailableError      no broker answers
    ├── BrokerRefusedError          a broker refuses us: authorisation, authentication, a topic that is missing
    ├── FencedError                 another process runs under our instance id
    ├── MembershipLostError         we are not a stable member of the group and do not become one again
    ├── UnreadableBatchError        a batch of the input topic is corrupt: polling again would spin
    ├── DeadLetterShareError        too many of the last records became dead letters
    └── UndeliverableError          a dead letter itself cannot be delivered
"""

from enum import StrEnum

from models.errors import ClaimwireError


class SettingsError(ClaimwireError):
    """A setting is unknown, malformed, or contradicts another; `keys` are their environment names."""

    def __init__(self, keys: tuple[str, ...], problem: str) -> None:
        super().__init__(problem)
        self.keys = keys


class Reason(StrEnum):
    """Why a record became a dead letter; a closed list, because it is a metric's label."""

    NULL_VALUE = "null_value"
    VALUE_TOO_LARGE = "value_too_large"
    INVALID_UTF8 = "invalid_utf8"
    INVALID_JSON = "invalid_json"
    WRONG_TYPE = "wrong_type"
    MISSING_TEXT = "missing_text"
    BLANK_TEXT = "blank_text"
    TEXT_TOO_LONG = "text_too_long"
    NOT_LABELLED = "not_labelled"
    NOT_PUBLISHED = "not_published"


class Stage(StrEnum):
    """The step of the pipeline at which a record was given up."""

    DECODE = "decode"
    LABEL = "label"
    PUBLISH = "publish"


class BadRecordError(ClaimwireError):
    """One record cannot be labelled; `str()` never holds the record's own text."""

    def __init__(self, reason: Reason, stage: Stage, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.stage = stage


class ServiceError(ClaimwireError):
    """The service has to stop."""

    exit_code = 1


class BrokerUnavailableError(ServiceError):
    """No broker answers at the given addresses, or none has for too long."""

    exit_code = 3


class BrokerRefusedError(ServiceError):
    """A broker refuses us; trying again will not help before somebody changes its configuration or ours."""

    exit_code = 4


class FencedError(ServiceError):
    """Another process runs under our instance id."""

    exit_code = 5


class MembershipLostError(ServiceError):
    """We have not been a stable member of the consumer group for longer than is healthy."""

    exit_code = 6


class UnreadableBatchError(ServiceError):
    """The client cannot parse a batch of the input topic, and would spin on it for ever."""

    exit_code = 7


class DeadLetterShareError(ServiceError):
    """More of the last records became dead letters than the settings allow."""

    exit_code = 8

    def __init__(self, dead: int, seen: int, window: int, share: float) -> None:
        super().__init__(
            f"{dead} of the last {seen} records became dead letters, more than the allowed {share:g} of {window}. "
            "Nothing more is read. Look at the reasons in the headers of the dead-letter topic; once the producer is "
            "mended, start the service again and put the dead letters back with `claimwire replay`. To accept a worse "
            "feed, raise CLAIMWIRE_DEAD_LETTER_SHARE."
        )
        self.dead = dead
        self.seen = seen
        self.window = window
        self.share = share


class UndeliverableError(ServiceError):
    """A dead letter cannot be delivered, so its record can be neither labelled nor set aside."""

    exit_code = 9
