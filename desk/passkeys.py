"""Passkeys: what a browser is asked to sign, and whether what it signed holds.

The key's owner must have been verified by the device (PIN, finger, face); a signature counts for
this desk's address and for one challenge only.
"""

from collections.abc import Mapping
from typing import Any, Final

import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cases.entrance import Passkey
from cases.person import Person
from desk.site import Site

CHALLENGE: Final = 32
_NAME: Final = "Dodomu"
_MILLISECONDS: Final = 60_000
_VERIFIED: Final = UserVerificationRequirement.REQUIRED
#: what a browser may send that is no answer at all surfaces as any of these
_UNUSABLE: Final = (WebAuthnException, KeyError, TypeError, ValueError)


class Unproven(Exception):
    """The browser's answer does not hold: another address, challenge, key or no verified owner."""


def to_sign(site: Site, challenge: bytes, *, of: tuple[bytes, ...] = ()) -> str:
    """Options for `navigator.credentials.get`, as JSON. `of`: one of these; else any will do."""
    return options_to_json(
        webauthn.generate_authentication_options(
            rp_id=site.domain,
            challenge=challenge,
            timeout=_MILLISECONDS,
            allow_credentials=[PublicKeyCredentialDescriptor(id=key) for key in of] or None,
            user_verification=_VERIFIED,
        )
    )


def to_make(site: Site, person: Person, challenge: bytes, *, known: tuple[bytes, ...] = ()) -> str:
    """Options for `navigator.credentials.create`, as JSON. `known`: the keys there are already."""
    return options_to_json(
        webauthn.generate_registration_options(
            rp_id=site.domain,
            rp_name=_NAME,
            user_id=person.id.bytes,
            user_name=person.handle,
            user_display_name=f"{person.handle} {person.name}",
            challenge=challenge,
            timeout=_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=key) for key in known],
        )
    )


def challenge_in(answer: Mapping[str, Any]) -> bytes:
    """The challenge a browser says it signed: to be looked up, not believed. Raises Unproven."""
    try:
        told = base64url_to_bytes(answer["response"]["clientDataJSON"])
        return bytes(parse_client_data_json(told).challenge)
    except _UNUSABLE:
        raise Unproven from None


def key_in(answer: Mapping[str, Any]) -> bytes:
    """Which passkey a browser says it used. Raises Unproven."""
    try:
        return base64url_to_bytes(answer["rawId"])
    except _UNUSABLE:
        raise Unproven from None


def signed(site: Site, answer: Mapping[str, Any], challenge: bytes, key: Passkey) -> int:
    """The key's new counter. Raises Unproven."""
    try:
        done = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=site.url,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except _UNUSABLE:
        raise Unproven from None
    return done.new_sign_count


def made(site: Site, answer: Mapping[str, Any], challenge: bytes, label: str) -> Passkey:
    """The passkey a browser has made. Raises Unproven."""
    try:
        done = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=site.url,
            require_user_verification=True,
        )
    except _UNUSABLE:
        raise Unproven from None
    return Passkey(done.credential_id, done.credential_public_key, done.sign_count, label)
