"""Every setting, its default, and which settings contradict each other."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from service.settings.values import (
    LAST_PORT,
    Addresses,
    Delivery,
    KafkaName,
    LogFormat,
    LogLevel,
    ReadableFile,
    SaslMechanism,
    Seconds,
    SecurityProtocol,
)
from service.topics import Topics

PREFIX = "CLAIMWIRE_"

# Bounds given beside a default would be overruled by those of Seconds.
StallSeconds = Annotated[Seconds, Field(ge=30)]  # twenty seconds of questions about positions are one step
StopSeconds = Annotated[Seconds, Field(le=9)]  # the process has ended ten seconds after a signal


class Settings(BaseSettings):
    """The effective settings; the environment wins over the file, the file over the defaults."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    bootstrap_servers: Addresses | None = Field(
        None, description="Addresses of the brokers, host:port, separated by commas."
    )
    group_id: KafkaName = Field("claimwire", description="Consumer group; its members share the partitions.")
    instance_id: KafkaName | None = Field(
        None, description="Name of this process in the group and of its transactions; by default from the host's name."
    )
    delivery: Delivery = Field(Delivery.EXACTLY_ONCE, description="exactly_once or at_least_once.")
    model: str | None = Field(
        None, description="Model: a version folder, or a shipped version's name; default the newest."
    )
    model_public_key: ReadableFile | None = Field(
        None, description="Key with which the model must be signed, PEM; without one no signature is asked for."
    )

    gate: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Doubt above which the second reader is asked; lower is more careful, higher faster.",
    )
    threads: int = Field(1, ge=1, description="Cores that the second reader may use.")

    topic_sentences: KafkaName = Field("news.sentences", description="Topic that is read.")
    topic_claims: KafkaName = Field("news.claims", description="Topic of the claims.")
    topic_denials: KafkaName = Field("news.denials", description="Topic of the denials.")
    topic_clarifications: KafkaName = Field("news.clarifications", description="Topic of the clarifications.")
    topic_other: KafkaName = Field("news.other", description="Topic of sentences that assert nothing.")
    topic_review: KafkaName = Field("news.review", description="Topic of sentences that no label was sure enough of.")
    topic_dead_letters: KafkaName = Field("news.sentences.dead-letters", description="Topic of unreadable records.")
    create_topics: bool = Field(default=True, description="Whether `run` creates the topics that are missing.")
    topic_partitions: int = Field(6, ge=1, description="Partitions of a topic that is created.")
    topic_replication: int = Field(
        -1, ge=-1, description="Replicas of a topic that is created; -1: the broker's default."
    )
    topic_retention_hours: int = Field(168, ge=1, description="Hours that a created topic keeps its records.")

    batch_records: int = Field(2000, ge=1, le=50_000, description="Most records in a batch.")
    value_bytes: int = Field(1_048_576, ge=1, description="Largest value that is read, in bytes.")
    text_characters: int = Field(10_000, ge=1, description="Longest text that is labelled, in characters.")
    dead_letter_share: float = Field(
        0.5, gt=0, le=1, description="Share of dead letters above which the service stops."
    )
    dead_letter_window: int = Field(200, ge=1, description="Records over which that share is counted.")

    security_protocol: SecurityProtocol = Field(
        SecurityProtocol.PLAINTEXT, description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."
    )
    tls_ca_file: ReadableFile | None = Field(None, description="Certificates of the authorities that are trusted, PEM.")
    tls_cert_file: ReadableFile | None = Field(None, description="Our own certificate, PEM.")
    tls_key_file: ReadableFile | None = Field(None, description="Our own key, PEM.")
    tls_key_password: SecretStr | None = Field(None, description="Password of that key.")
    tls_check_hostname: bool = Field(default=True, description="Whether a broker's certificate must name its host.")
    sasl_mechanism: SaslMechanism | None = Field(None, description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.")
    sasl_username: str | None = Field(None, description="User for SASL.")
    sasl_password: SecretStr | None = Field(None, description="Password for SASL.")
    api_version: str | None = Field(
        None,
        pattern=r"^\d+\.\d+$",
        description="Protocol of a broker that cannot say its own, such as 2.0; it has to make topics itself.",
    )

    metrics_host: str = Field("127.0.0.1", description="Address on which metrics and health are served.")
    metrics_port: int = Field(9464, ge=0, le=LAST_PORT, description="Port of the same; 0: any that is free.")
    log_level: LogLevel = Field(LogLevel.INFO, description="debug, info, warning or error.")
    log_format: LogFormat = Field(LogFormat.AUTO, description="auto, json or console.")

    request_timeout_s: Seconds = Field(10, description="Longest wait for one answer of a broker.")
    delivery_timeout_s: Seconds = Field(20, description="Longest time until a record is delivered or given up.")
    transaction_timeout_s: Seconds = Field(30, description="Age at which a broker aborts a transaction.")
    session_timeout_s: Seconds = Field(30, description="Silence after which the group takes our partitions away.")
    poll_interval_s: Seconds = Field(120, description="Longest time between two polls before the same happens.")
    stall_limit_s: StallSeconds = Field(90, description="Standstill of the loop after which the process ends itself.")
    unstable_limit_s: Seconds = Field(150, description="Longest time outside the group before the process ends itself.")
    broker_limit_s: Seconds = Field(300, description="Longest time without a broker before the process ends itself.")
    stop_deadline_s: StopSeconds = Field(8, description="Time to finish a batch after a signal.")

    @property
    def topics(self) -> Topics:
        """The names of the topics, together."""
        return Topics(
            self.topic_sentences,
            self.topic_claims,
            self.topic_denials,
            self.topic_clarifications,
            self.topic_other,
            self.topic_review,
            self.topic_dead_letters,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what `load` hands over; the process's environment is read there and nowhere else."""
        return (init_settings,)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems = [
            *self._timeouts_in_order(),
            *self._credentials_complete(),
            *self._tls_used(),
            *self._topics_distinct(),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _timeouts_in_order(self) -> list[str]:
        # A record must be delivered or given up while its transaction still lives, and one answer awaited within that.
        order = ["request_timeout_s", "delivery_timeout_s", "transaction_timeout_s", "stall_limit_s", "poll_interval_s"]
        problems = [
            f"{key(shorter)} must be less than {key(longer)}"
            for shorter, longer in pairwise(order)
            if getattr(self, shorter) >= getattr(self, longer)
        ]
        # A producer is made in one step: a broker has to answer, and then the coordinator of its transactions.
        if self.stall_limit_s <= self.request_timeout_s + self.delivery_timeout_s:
            problems.append(
                f"{key('stall_limit_s')} must be more than {key('request_timeout_s')} and {key('delivery_timeout_s')} "
                "together: raise it, or lower these"
            )
        if self.unstable_limit_s <= self.poll_interval_s:
            problems.append(f"{key('unstable_limit_s')} must be more than {key('poll_interval_s')}")
        return problems

    def _credentials_complete(self) -> list[str]:
        sasl = self.security_protocol.startswith("SASL")
        login = ("sasl_mechanism", "sasl_username", "sasl_password")
        wanted = [name for name in login if getattr(self, name) is None]
        if sasl and wanted:
            return [f"{key('security_protocol')} is {self.security_protocol}, so set {', '.join(map(key, wanted))}"]
        if not sasl and len(wanted) < len(login):
            return [f"{key('sasl_mechanism')} and its login are set, so {key('security_protocol')} must be SASL_*"]
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            return [f"{key('tls_cert_file')} and {key('tls_key_file')} go together"]
        return []

    def _tls_used(self) -> list[str]:
        idle = [
            name
            for name, field in type(self).model_fields.items()
            if name.startswith("tls_") and getattr(self, name) != field.default
        ]
        if idle and self.security_protocol not in {SecurityProtocol.SSL, SecurityProtocol.SASL_SSL}:
            names = ", ".join(map(key, idle))
            return [f"{names} would not be used; set {key('security_protocol')} to SSL or SASL_SSL, or leave them out"]
        return []

    def _topics_distinct(self) -> list[str]:
        names = list(self.topics)
        if len(set(names)) < len(names):
            return [f"two of the {PREFIX}TOPIC_* settings name the same topic"]
        return []


def key(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()
