"""One tree of errors, by cause. Foreign errors are translated into it where the foreign library is called.

TunerrError
├── ConfigError              settings that can't be used (exit 2)
├── StorageError             the data folder or a database
│   ├── DataFolderError      missing, unwritable, full
│   ├── DataFolderLocked     another server owns it
│   └── DatabaseTooNew       written by a later version
├── FetchError               a document that could not be brought here
│   ├── Unreachable          DNS, refused, reset, TLS, time-out
│   ├── BadStatus            an answer that is no 2xx
│   ├── AddressRefused       the SSRF guard said no
│   └── Truncated            the body or its gzip ended early, or grew past the limit
├── ContentError             a document that came and is not what it should be
│   ├── NotAPlaylist
│   ├── EmptyPlaylist
│   ├── NotAGuide
│   ├── NotAPanel            no answer of an Xtream panel, or of another question
│   ├── NotADevice           no answer of an HDHomeRun device
│   ├── OwnDevice            the device is this program itself
│   ├── MalformedPacket      no packet of the HDHomeRun's native protocol
│   ├── AccountRefused       the provider says no to the account: wrong login, expired, banned, disabled
│   └── ShrinkRefused        far fewer channels than the last good answer
├── TuneError                a viewer can't have the channel; carries the HDHomeRun code
├── UpstreamError            one upstream failed; the session tries the next
├── WorkerError              the bulk child failed
├── ActionRefused            an operator act that can't be done
├── QueryRefused             a question with values that can't be used
├── NotFound                 nothing by that name
├── Forbidden                not for whoever asks
├── WrongName                a host name that the Control Deck doesn't know
└── NotReady                 what is asked for is not there yet
"""

from __future__ import annotations


class TunerrError(Exception):
    """Base of all. `message` says what happened, `hint` what to do next; neither ever holds a secret."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(TunerrError):
    """Settings that can't be used; `problems` has one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StorageError(TunerrError):
    """The data folder or one of its databases can't be used."""


class DataFolderError(StorageError):
    """The data folder is missing, unwritable or full."""


class DataFolderLocked(StorageError):
    """Another server owns the data folder."""


class DatabaseTooNew(StorageError):
    """The database was written by a later version of the program."""


class FetchError(TunerrError):
    """A document could not be brought here."""


class Unreachable(FetchError):
    """Name look-up, connection, TLS or time-out.

    `cause` is a value of `support.causes.Cause`: dns, refused, timeout, tls, proxy, redirects, no_http, unreachable.
    """

    def __init__(self, message: str, *, hint: str = "", cause: str = "unreachable") -> None:
        super().__init__(message, hint=hint)
        self.cause = cause


class BadStatus(FetchError):
    """An HTTP answer that is no success; `status` is its code, `cause` a value of `support.causes.Cause`."""

    def __init__(self, message: str, *, status: int, hint: str = "", cause: str = "odd_status") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.cause = cause


class AddressRefused(FetchError):
    """The SSRF guard refused an address."""


class Truncated(FetchError):
    """The body or its compression ended early, or grew past the limit."""


class ContentError(TunerrError):
    """A document came and is not what it should be."""


class NotAPlaylist(ContentError):
    """The answer is no M3U."""


class EmptyPlaylist(ContentError):
    """A playlist without one usable channel."""


class NotAGuide(ContentError):
    """The answer is no XMLTV."""


class NotAPanel(ContentError):
    """The answer is not what an Xtream panel's player_api gives."""


class NotADevice(ContentError):
    """The answer is not what an HDHomeRun device gives."""


class OwnDevice(ContentError):
    """The device is this program itself, which can't be a source of its own."""


class MalformedPacket(ContentError):
    """No packet of the HDHomeRun's native protocol, or one that breaks its rules."""


class AccountRefused(ContentError):
    """The provider says no to the account; `cause`: wrong_credentials, expired, banned or disabled."""

    def __init__(self, message: str, *, hint: str = "", cause: str = "wrong_credentials") -> None:
        super().__init__(message, hint=hint)
        self.cause = cause


class ShrinkRefused(ContentError):
    """Far fewer channels than the last good answer."""


class WorkerError(TunerrError):
    """The bulk child ended without a result."""


class ActionRefused(TunerrError):
    """An operator act that can't be done as asked. `field`: of the form, that is the reason; empty for none of them."""

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class QueryRefused(TunerrError):
    """A question with values that can't be used; the hint says what is allowed."""


class NotFound(TunerrError):
    """There is nothing by that name."""


class Forbidden(TunerrError):
    """Whoever asks may not have it; the hint says who may."""


class WrongName(TunerrError):
    """The Control Deck was asked by a name that may be somebody else's."""


class NotReady(TunerrError):
    """What is asked for is not there yet, or was never configured."""


class UpstreamError(TunerrError):
    """One upstream failed. `reason` is one word for metrics: refused, status, html, stalled, drm and such.

    `retry_after`: seconds that the provider asked us to wait, 0 when it did not.
    """

    def __init__(
        self, message: str, *, reason: str, status: int | None = None, hint: str = "", retry_after: float = 0.0
    ) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


class TuneError(TunerrError):
    """A viewer can't have the channel. `code` and `status` are what HDHomeRun hardware answers (codes 801 to 811)."""

    code = 806
    status = 503
    text = "Tune Failed"

    @property
    def header(self) -> str:
        """Value of `X-HDHomeRun-Error`."""
        return f"{self.code} {self.text}"


class UnknownChannel(TuneError):
    """Not in the lineup."""

    code, status, text = 801, 404, "Unknown Channel"


class SystemBusy(TuneError):
    """Shutting down or not ready yet."""

    code, status, text = 803, 503, "System Busy"


class TunerInUse(TuneError):
    """The one tuner that was asked for is busy with another channel."""

    code, status, text = 804, 503, "Tuner In Use"


class AllTunersInUse(TuneError):
    """No tuner is free."""

    code, status, text = 805, 503, "All Tuners In Use"


class TuneFailed(TuneError):
    """No upstream could be opened."""

    code, status, text = 806, 503, "Tune Failed"


class NoVideoData(TuneError):
    """An upstream answered and no transport stream came."""

    code, status, text = 807, 503, "No Video Data"


class ContentProtected(TuneError):
    """The stream is protected by DRM."""

    code, status, text = 811, 503, "Content Protection Required"
