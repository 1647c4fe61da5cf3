"""The security headers of every answer."""

from __future__ import annotations

from aiohttp import web

# `blob:` for players that make MP4 in the browser.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " media-src 'self' blob:; font-src 'none'; object-src 'none'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # With "no-referrer" browsers send `Origin: null` with the deck's own forms, which could then be anybody's.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler (`on_response_prepare`): refusals get them too.

    There is no HSTS: the same name may be wanted by plain http, as tuners are.
    """
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.secure:  # over plain http browsers ignore it, and complain
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
