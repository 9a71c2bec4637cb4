// Uses the generated types with openapi-fetch as an integrator would: creates, lists and revokes tokens.

import assert from "node:assert/strict";
import process from "node:process";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

const { URL: baseUrl = "", BUSINESS: business = "", TOKEN = "" } = process.env;
const header = { "x-business-id": business };

type NewToken = components["schemas"]["APITokenCreateResponse"];

function clientWith(token: string): Client<paths> {
  return createClient<paths>({
    baseUrl,
    headers: { authorization: `Bearer ${token}`, "x-business-id": business },
  });
}

async function newToken(client: Client<paths>, name: string): Promise<NewToken> {
  const { data, error } = await client.POST("/api/v1/tokens", {
    params: { header },
    body: { name, expires_in_days: 1 },
  });
  assert(data?.data, JSON.stringify(error));
  assert.equal(data.data.token_info.name, name);
  return data.data;
}

async function revoke(client: Client<paths>, token: NewToken, reason: string | null): Promise<void> {
  const { data, error } = await client.POST("/api/v1/tokens/{token_id}/revoke", {
    params: { path: { token_id: token.token_info.id } },
    ...(reason === null ? {} : { body: { reason } }),
  });
  assert(data?.data, JSON.stringify(error));
  assert.equal(data.data.id, token.token_info.id);
  assert.equal(data.data.revocation_reason, reason);
  const refused = await clientWith(token.token).GET("/api/v1/tokens", { params: { header } });
  assert.equal(refused.response.status, 401);
  assert.deepEqual(refused.error, { detail: "Not authenticated" });
}

async function listed(client: Client<paths>): Promise<string[]> {
  const { data, error } = await client.GET("/api/v1/tokens", {
    params: { header, query: { limit: 10 } },
  });
  assert(data?.data, JSON.stringify(error));
  return data.data.items.map((item) => item.id);
}

const client = clientWith(TOKEN);
const [laptop, pipeline] = [await newToken(client, "laptop"), await newToken(client, "pipeline")];
const both = [laptop.token_info.id, pipeline.token_info.id];
const before = await listed(client);
assert(both.every((id) => before.includes(id)));
await revoke(client, laptop, "left on the train");
await revoke(client, pipeline, null);
const after = await listed(client);
assert(!both.some((id) => after.includes(id)));
const invalid = await client.POST("/api/v1/tokens", {
  params: { header },
  body: { name: "", expires_in_days: 1 },
});
assert.equal(invalid.response.status, 422);
assert(invalid.error && Array.isArray(invalid.error.detail));
