//! The clauses that cases cite, each quoted from its source.

use crate::case::Clause;

const PAGE: &str = "the published page of POST /api/v1/tokens/{token_id}/revoke";
const SLICE: &str = "the published OpenAPI slice of POST /api/v1/tokens/{token_id}/revoke";

pub(super) const CREATED: Clause = Clause {
    source: PAGE,
    text: "201 — Successful Response. Schema: SuccessEnvelope_APITokenRevokeResponse_: success (boolean), message (string), code (string), data (APITokenRevokeResponse).",
};
pub(super) const RETURNS: Clause = Clause {
    source: PAGE,
    text: "Returns: Revoked token information with revocation timestamp.",
};
pub(super) const TIMESTAMP: Clause = Clause {
    source: SLICE,
    text: "APITokenRevokeResponse.revoked_at: string, format date-time, required. When the token was revoked.",
};
pub(super) const REVOKED_BY: Clause = Clause {
    source: SLICE,
    text: "APITokenRevokeResponse.revoked_by: Email of the user who revoked the token.",
};
pub(super) const RECORD: Clause = Clause {
    source: SLICE,
    text: "APITokenRevokeResponse: id, Token record ID (required); jti, JWT ID of the revoked token (required); name, Token name; revoked_at (required); revoked_by; revocation_reason.",
};
pub(super) const BAD_REQUEST: Clause = Clause {
    source: PAGE,
    text: "400 — Bad Request - Invalid input.",
};
pub(super) const UNAUTHORIZED: Clause = Clause {
    source: PAGE,
    text: "401 — Unauthorized - Authentication required.",
};
pub(super) const FORBIDDEN: Clause = Clause {
    source: PAGE,
    text: "403 — Forbidden - Insufficient permissions.",
};
pub(super) const NOT_FOUND: Clause = Clause {
    source: PAGE,
    text: "404 — Not Found - Resource does not exist.",
};
pub(super) const VALIDATION_ERROR: Clause = Clause {
    source: PAGE,
    text: "422 — Validation Error. Schema: HTTPValidationError: detail (array of ValidationError: loc (array of string | integer, required), msg (string, required), type (string, required), input, ctx).",
};
pub(super) const AUTHENTICATION: Clause = Clause {
    source: PAGE,
    text: "Authentication: Bearer token in Authorization header.",
};
pub(super) const BUSINESS: Clause = Clause {
    source: PAGE,
    text: "Required header: x-business-id: <business uuid>.",
};
pub(super) const REJECTED: Clause = Clause {
    source: PAGE,
    text: "Once revoked, the token can no longer be used for authentication. The token is added to a blacklist and will be rejected on all future requests.",
};
pub(super) const NOT_UNREVOKED: Clause = Clause {
    source: PAGE,
    text: "Revoked tokens cannot be un-revoked.",
};
pub(super) const NAMED_TOKEN: Clause = Clause {
    source: PAGE,
    text: "Revoke an API token. Path parameters: token_id: UUID of the token to revoke.",
};
pub(super) const BODY_OPTIONAL: Clause = Clause {
    source: PAGE,
    text: "Request Body: (optional). The page's own samples send an empty body with content type application/json, and {}.",
};
pub(super) const BODY_NULL: Clause = Clause {
    source: SLICE,
    text: "requestBody: application/json: anyOf APITokenRevokeRequest or null; APITokenRevokeRequest.reason: anyOf string or null.",
};
pub(super) const REASON: Clause = Clause {
    source: PAGE,
    text: "reason: Optional reason for revocation.",
};
pub(super) const JSON_TEXT: Clause = Clause {
    source: "RFC 8259, section 8.1",
    text: "JSON text exchanged between systems that are not part of a closed ecosystem MUST be encoded using UTF-8. Implementations MUST NOT add a byte order mark to the beginning of a networked-transmitted JSON text.",
};
pub(super) const CHALLENGE: Clause = Clause {
    source: "RFC 9110, section 11.6.1",
    text: "A server generating a 401 (Unauthorized) response MUST send a WWW-Authenticate header field containing at least one challenge.",
};
pub(super) const INVALID_TOKEN: Clause = Clause {
    source: "RFC 6750, section 3.1",
    text: "invalid_token: The access token provided is expired, revoked, malformed, or invalid for other reasons.",
};
pub(super) const SCHEME: Clause = Clause {
    source: "RFC 9110, section 11.1",
    text: "It uses a case-insensitive token to identify the authentication scheme.",
};
pub(super) const SINGLETON: Clause = Clause {
    source: "RFC 9110, section 5.3",
    text: "A sender MUST NOT generate multiple field lines with the same name in a message unless that field's definition allows multiple field line values to be recombined as a comma-separated list.",
};
pub(super) const ALGORITHMS: Clause = Clause {
    source: "RFC 8725, sections 2.1 and 3.1",
    text: "Libraries MUST enable the caller to specify a supported set of algorithms and MUST NOT use any other algorithms when performing cryptographic operations.",
};
pub(super) const SIGNATURES: Clause = Clause {
    source: "RFC 8725, section 3.3",
    text: "All cryptographic operations used in the JWT MUST be validated and the entire JWT MUST be rejected if any of them fail to validate.",
};
pub(super) const KEYS: Clause = Clause {
    source: "RFC 8725, section 3.5",
    text: "Human-memorizable passwords MUST NOT be directly used as the key to a keyed-MAC algorithm such as HS256.",
};
pub(super) const URI_TOKENS: Clause = Clause {
    source: "RFC 9700, section 4.3.2",
    text: "Clients MUST NOT pass access tokens in a URI query parameter.",
};
pub(super) const METHOD_NOT_ALLOWED: Clause = Clause {
    source: "RFC 9110, section 15.5.6",
    text: "The method received in the request-line is known by the origin server but not supported by the target resource. The origin server MUST generate an Allow header field in a 405 response containing a list of the target resource's currently supported methods.",
};
pub(super) const SAFE_METHODS: Clause = Clause {
    source: "RFC 9110, section 9.2.1",
    text: "Request methods are considered safe if their defined semantics are essentially read-only.",
};
pub(super) const ACCEPT: Clause = Clause {
    source: "RFC 9110, section 12.5.1",
    text: "If the header field is present in a request and none of the available representations for the response have a media type that is listed as acceptable, the origin server can either honor the header field by sending a 406 (Not Acceptable) response or disregard it.",
};
pub(super) const CACHING: Clause = Clause {
    source: "RFC 9111, section 3.5",
    text: "A shared cache MUST NOT use a cached response to a request with an Authorization header field to satisfy any subsequent request unless the response contains a Cache-Control field with a response directive that allows it to be stored by a shared cache.",
};
pub(super) const NO_STORE: Clause = Clause {
    source: "RFC 6749, section 5.1",
    text: "The authorization server MUST include the HTTP Cache-Control response header field with a value of no-store in any response containing tokens, credentials, or other sensitive information.",
};
pub(super) const NO_ORACLE: Clause = Clause {
    source: "RFC 9110, section 15.5.4",
    text: "An origin server that wishes to hide the current existence of a forbidden target resource MAY instead respond with a status code of 404 (Not Found).",
};
pub(super) const SERVER_ERROR: Clause = Clause {
    source: "RFC 9110, section 15.6",
    text: "The 5xx (Server Error) class of status code indicates that the server is aware that it has erred or is incapable of performing the requested method.",
};
pub(super) const CREDENTIAL_LEAKAGE: Clause = Clause {
    source: "RFC 9700, section 4.3",
    text: "Credentials must not leak: not through answers, headers, logs or referrers.",
};
pub(super) const INFORMATION: Clause = Clause {
    source: "CWE-209",
    text: "Generation of Error Message Containing Sensitive Information: the product generates an error message that includes sensitive information about its environment, users, or associated data.",
};
pub(super) const PERSISTENCE: Clause = Clause {
    source: "RFC 9112, section 9.3",
    text: "A server that supports persistent connections does so until the connection is closed by a close connection option. A server MAY close after a request only by saying so with Connection: close.",
};
pub(super) const HEADER_NAMES: Clause = Clause {
    source: "RFC 9110, section 5.1",
    text: "Field names are case-insensitive.",
};
pub(super) const LENGTHS: Clause = Clause {
    source: "RFC 9112, section 6.3",
    text: "If a message is received without Transfer-Encoding and with an invalid Content-Length header field, then the message framing is invalid and the recipient MUST treat it as an unrecoverable error. If the unrecoverable error is in a request message, the server MUST respond with a 400 (Bad Request) status code and then close the connection.",
};
pub(super) const CHUNKED: Clause = Clause {
    source: "RFC 9112, section 7.1",
    text: "A recipient MUST be able to parse and decode the chunked transfer coding.",
};
pub(super) const INCOMPLETE: Clause = Clause {
    source: "RFC 9112, section 8",
    text: "A server that receives an incomplete request message, usually due to a canceled request or a triggered timeout exception, MAY send an error response prior to closing the connection.",
};
pub(super) const LATENCY: Clause = Clause {
    source: "the profile of the deployment",
    text: "latency.revoke_ms: the most that the median answer to a revocation may take. The contract sets no bound.",
};
pub(super) const CREATE: Clause = Clause {
    source: "the published page of POST /api/v1/tokens",
    text: "Create an API token: name (1 to 255 characters), description, expires_in_days (1 to 365, default 365). The token is shown once, as data.token beside data.token_info.",
};
pub(super) const ACTIVE_TOKENS: Clause = Clause {
    source: "the published page of POST /api/v1/tokens",
    text: "At most ten active tokens for each user. A token that is neither revoked nor expired is active.",
};
pub(super) const LIST_ORDER: Clause = Clause {
    source: "the published page of GET /api/v1/tokens",
    text: "sort_by, descending; cursor with direction (next, prev) for the page after or before; include_total_count. The order stays the same from page to page.",
};
pub(super) const LIST: Clause = Clause {
    source: "the published page of GET /api/v1/tokens",
    text: "List the caller's API tokens: include_revoked, cursor, limit (1 to 1000, default 50). Returns items, next_cursor, prev_cursor, has_next, has_prev, limit, total.",
};
