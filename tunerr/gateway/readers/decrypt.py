"""AES-128-CBC of HLS segments, decrypted while they arrive."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tunerr.errors import UpstreamError

KEY_BYTES = 16
_BLOCK_BITS = 128


def sequence_iv(sequence: int) -> bytes:
    """The IV of a segment whose playlist gives none: its sequence number, big-endian (RFC 8216 §5.2)."""
    return (sequence & ((1 << _BLOCK_BITS) - 1)).to_bytes(KEY_BYTES, "big")


class SegmentDecryptor:
    """Decrypts one segment. `key` and `iv` have 16 bytes, else UpstreamError "key"."""

    def __init__(self, *, key: bytes, iv: bytes) -> None:
        if len(key) != KEY_BYTES or len(iv) != KEY_BYTES:
            raise UpstreamError("The provider's key for the stream is no AES-128 key.", reason="key")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        self._padding = PKCS7(_BLOCK_BITS).unpadder()

    def update(self, data: bytes) -> bytes:
        """Clear bytes, as many as can be told; the last block is held back for its padding."""
        return self._padding.update(self._cipher.update(data))

    def finish(self) -> bytes:
        """The rest. Raises UpstreamError "key" for a wrong key or a segment that was cut."""
        try:
            return self._padding.update(self._cipher.finalize()) + self._padding.finalize()
        except ValueError as error:
            raise UpstreamError("A segment can't be decrypted: wrong key or cut short.", reason="key") from error
