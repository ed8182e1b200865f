"""What can go wrong in this room; each subclass says what the caller should do."""


class ClassifierError(Exception):
    """Base of all errors of the classifier room."""


class PolicyInvalid(ClassifierError):
    """A policy pack cannot be used: mend the file that the message names."""


class DatasetInvalid(ClassifierError):
    """Labelled data cannot be used: mend the row that the message names."""


class ArtifactMismatch(ClassifierError):
    """A saved model does not fit this code or policy: train again."""
