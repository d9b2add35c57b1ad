"""The one exception for mistakes that a user can mend."""


class StudyError(Exception):
    """A mistake in what was asked for, or in what lies on disk, said in one clear sentence.

    The command line prints the message and exits with a non-zero status; nothing that was
    computed before is lost.
    """
