"""Uses the generated client as an integrator would: creates, lists and revokes tokens."""

import os
from http import HTTPStatus
from uuid import UUID

from tokens_client import AuthenticatedClient
from tokens_client.api.api_tokens import (
    create_token_api_v1_tokens_post as create,
    list_tokens_api_v1_tokens_get as listing,
    revoke_token_api_v1_tokens_token_id_revoke_post as revoke,
)
from tokens_client.models import (
    APITokenCreateRequest,
    APITokenCreateResponse,
    APITokenListResponse,
    APITokenRevokeRequest,
    APITokenRevokeResponse,
    HTTPError,
    HTTPValidationError,
    SuccessEnvelopeAPITokenCreateResponse,
    SuccessEnvelopeAPITokenListResponse,
    SuccessEnvelopeAPITokenRevokeResponse,
)

URL = os.environ["URL"]
BUSINESS = os.environ["BUSINESS"]


def client_with(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(
        base_url=URL, token=token, headers={"x-business-id": BUSINESS}, raise_on_unexpected_status=True
    )


def new_token(client: AuthenticatedClient, name: str) -> APITokenCreateResponse:
    answer = create.sync(client=client, x_business_id=BUSINESS, body=APITokenCreateRequest(name=name))
    assert isinstance(answer, SuccessEnvelopeAPITokenCreateResponse), answer
    assert isinstance(answer.data, APITokenCreateResponse), answer
    assert answer.data.token_info.name == name
    return answer.data


def revoked(client: AuthenticatedClient, token: APITokenCreateResponse, reason: str | None) -> None:
    body = None if reason is None else APITokenRevokeRequest(reason=reason)
    answer = revoke.sync(str(token.token_info.id), client=client, body=body)
    assert isinstance(answer, SuccessEnvelopeAPITokenRevokeResponse), answer
    assert isinstance(answer.data, APITokenRevokeResponse), answer
    assert answer.data.id == str(token.token_info.id)
    assert answer.data.revocation_reason == reason
    refused = listing.sync_detailed(client=client_with(token.token), x_business_id=BUSINESS)
    assert refused.status_code == HTTPStatus.UNAUTHORIZED
    assert isinstance(refused.parsed, HTTPError), refused
    assert refused.parsed.detail == "Not authenticated"


def listed(client: AuthenticatedClient) -> set[UUID]:
    answer = listing.sync(client=client, x_business_id=BUSINESS, limit=10)
    assert isinstance(answer, SuccessEnvelopeAPITokenListResponse), answer
    assert isinstance(answer.data, APITokenListResponse), answer
    return {item.id for item in answer.data.items}


def main() -> None:
    client = client_with(os.environ["TOKEN"])
    tokens = [new_token(client, name) for name in ("laptop", "pipeline")]
    ids = {token.token_info.id for token in tokens}
    assert ids <= listed(client)
    revoked(client, tokens[0], "left on the train")
    revoked(client, tokens[1], None)
    assert not ids & listed(client)
    invalid = create.sync(client=client, x_business_id=BUSINESS, body=APITokenCreateRequest(name=""))
    assert isinstance(invalid, HTTPValidationError), invalid


main()
