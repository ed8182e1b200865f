"""The errors of this room; each says what the caller should do, and its text is fit to be shown."""


class RxwardenError(Exception):
    """Something an operator, a reviewer or a program can put right; the text says how."""


class SettingsInvalid(RxwardenError):
    """The environment asks for something wrong or unsafe: change the variable the text names."""


class StoreOutdated(RxwardenError):
    """The database is not at the revision this version needs: run `rxwarden db upgrade`."""


class BlobMissing(RxwardenError):
    """A saved file is gone: restore it from a backup or capture the page again."""


class BlobDamaged(RxwardenError):
    """A saved file no longer has the bytes it had: restore it from a backup or capture the page again."""


class EvidenceMissing(RxwardenError):
    """The evidence of a case cannot be handed out: do what the text says."""


class BackupInvalid(RxwardenError):
    """A backup cannot be made or used as asked: give another file or folder."""


class NotFound(RxwardenError):
    """There is no row of that name or id: ask for one that exists."""


class CursorInvalid(RxwardenError):
    """A page cursor was altered or cut: begin again without one."""


class SourceInvalid(RxwardenError):
    """A source cannot be added or changed as asked: correct it."""


class TrialRunning(RxwardenError):
    """Another source is being tested: wait for it."""


class RunLocked(RxwardenError):
    """Another weekly run is at work on this data folder: wait for it."""


class RoomShort(RxwardenError):
    """There is no room for more captures: make some, then run again; what is unfinished goes on."""


class ReviewInvalid(RxwardenError):
    """A review contradicts itself or names findings that are not there: correct it."""


class ReviewConflict(RxwardenError):
    """The case changed while the reviewer was deciding: show it again and ask again."""


class NotAllowed(RxwardenError):
    """The person or key is known but may not do this: ask someone who may."""


class NameInvalid(RxwardenError):
    """A reviewer cannot have this name: choose another."""


class SignInRefused(RxwardenError):
    """A sign-in link or session is unknown, used or over: ask for a new link."""


class KeyRefused(RxwardenError):
    """An API key is unknown, expired or revoked: use another key."""


class ScannerUnavailable(RxwardenError):
    """The judging process did not start: train a model and look at its message."""


class InputUnreadable(RxwardenError):
    """An input file or record cannot be read as what it should be: correct it."""


class GoldInvalid(RxwardenError):
    """A labelled set cannot be read: mend the line that the message names."""


class PromotionRefused(RxwardenError):
    """The model is below its floors: make it better, or say why it shall be used all the same."""
