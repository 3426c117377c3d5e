"""The root of Claimwire's one error tree, and the branch of the models.

ClaimwireError
├── KeyFileError                a file does not hold the key that it should (models/signature.py)
└── ModelError
    ├── ModelMissingError       no such version folder, or a file of it is not there
    ├── ManifestError           the manifest cannot be read
    ├── ModelTamperedError      a file is not the one that the manifest describes
    ├── ModelUnsafeError        the pickle asks for a global that no model of ours needs
    ├── ModelIncompatibleError  a library differs from the one that wrote the model
    ├── ProbeError              the model does not score its own probe sentences as it did
    └── SignatureError          the manifest is not signed with the key that is asked for (models/signature.py)

The branch of the service is in `service/errors.py`.
"""

from pathlib import Path


class ClaimwireError(Exception):
    """Anything that Claimwire raises on purpose; `str()` says what to do about it."""


class ModelError(ClaimwireError):
    """A model cannot be used."""

    def __init__(self, folder: Path, problem: str, remedy: str) -> None:
        super().__init__(f"Model {folder}: {problem}. {remedy}")
        self.folder = folder
        self.problem = problem
        self.remedy = remedy


class ModelMissingError(ModelError):
    """A user asked for a model that is not there."""


class ManifestError(ModelError):
    """The manifest is not JSON or lacks a field."""


class ModelTamperedError(ModelError):
    """A file's hash or size is not what the manifest says, or a file is not in the manifest."""


class ModelUnsafeError(ModelError):
    """Opening the pickle would import something outside the allow-list."""


class ModelIncompatibleError(ModelError):
    """A library's minor version differs from the one the model was written with."""


class ProbeError(ModelError):
    """The loaded model scores a probe sentence unlike the manifest."""
