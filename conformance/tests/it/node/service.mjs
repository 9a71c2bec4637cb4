// A third deployment, in Node and in memory, with opaque tokens. Its list has another shape than the published page:
// all tokens of the caller in one answer, as {tokens, total}.
//
// FAULT breaks it in one way: the service asks `is("…")` where it would behave differently.

import { createServer } from "node:http";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const FAULT = process.env.FAULT ?? "";
if (FAULT && !readFileSync(new URL(import.meta.url), "utf8").includes(`is("${FAULT}")`)) {
  console.error(`unknown fault: ${FAULT}`);
  process.exit(1);
}
const is = (fault) => fault === FAULT;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const { expired, ...users } = JSON.parse(process.env.USERS);
const tokens = [];
let previous = { caller: users.outsider, record: null };
const tries = new Map();
let count = 0;
let revocations = 0;
const JTI = randomUUID();
const everyTwentieth = () => ++count % 20 === 0;
const everySixteenth = () => ++count % 16 === 0;

function issue(owner, name, description, days, parent) {
  const created = new Date();
  const token = {
    id: randomUUID(), jti: is("all tokens have one jti") ? JTI : randomUUID(), token: `nd_${randomBytes(30).toString("base64url")}`, name, description,
    owner, business: owner.business, parent, created_at: created.toISOString(),
    expires_at: new Date(created.getTime() + days * 86_400_000).toISOString(),
    revoked_at: null, revoked_by: null, revocation_reason: null, blacklisted: false,
  };
  tokens.push(token);
  return token;
}

class Refusal extends Error {
  constructor(status, detail, headers = {}) {
    super(String(detail));
    Object.assign(this, { status, detail, headers });
  }
}
const invalid = (loc, msg) => new Refusal(422, [{ loc, msg, type: "value_error" }]);
const unauthorized = (given) =>
  new Refusal(401, "Not authenticated", {
    "www-authenticate": given ? 'Bearer realm="node", error="invalid_token"' : 'Bearer realm="node"',
  });

const lines = (request, name) => {
  const found = [];
  for (let n = 0; n < request.rawHeaders.length; n += 2) {
    if (request.rawHeaders[n].toLowerCase() === name) found.push(request.rawHeaders[n + 1]);
  }
  return found;
};

const isActive = (token) => {
  if (new Date(token.expires_at) < new Date()) return false;
  if (is("a revoked token keeps working after an empty reason") && token.revocation_reason === "") return true;
  if (is("a revoked token keeps working after an emoji") && /\p{Emoji_Presentation}/u.test(token.revocation_reason ?? "")) return true;
  if (is("a revoked token keeps working after a long reason") && (token.revocation_reason ?? "").length > 200) return true;
  if (is("one revocation in twenty does nothing") && token.number % 20 === 19) return true;
  if (is("revocations do nothing")) return true;
  if (is("thirty revocations are remembered") && revocations - token.number > 30) return true;
  if (is("a token that worked earlier keeps working") && token.workedEarlier === true) return true;
  if (is("a token that was never used keeps working") && token.workedEarlier === false) return true;
  if (is("tokens older than a second are not revoked") && new Date(token.revoked_at) - new Date(token.created_at) > 900) return true;
  if (is("a revocation with a body in chunks is forgotten") && token.chunked) return true;
  if (is("revocations are forgotten after five seconds") && new Date() - new Date(token.revoked_at) > 5_000) return true;
  return !token.blacklisted;
};

function authenticate(request) {
  const given = lines(request, "authorization");
  const refusal = unauthorized(given.length > 0);
  if (is("one challenge in twenty is missing") && everyTwentieth()) refusal.headers = {};
  if (is("no challenge at all")) refusal.headers = {};
  if (is("one 401 in twenty has another body") && everyTwentieth()) refusal.detail = { reason: "no" };
  const elsewhere = {
    "the token is accepted in x-api-key": lines(request, "x-api-key")[0],
    "the token is accepted as api_key": new URL(request.url, "http://node").searchParams.get("api_key"),
    "the token is accepted as a session": /session=([^;]+)/.exec(lines(request, "cookie")[0])?.[1],
  }[FAULT];
  if (is("the token is accepted in the body") && given.length === 0 && request.posted) {
    const { token } = JSON.parse(request.posted);
    if (token) given.push(`Bearer ${token}`);
  }
  if (is("a revoked token works on a connection that closes") || is("a revoked token works for curl") || is("a revoked token lists with include_revoked") || is("a revoked token works with the scheme twice")) {
    const found = tokens.find((token) => given[0]?.endsWith(token.token));
    const way = { "a revoked token works on a connection that closes": request.headers.connection === "close", "a revoked token works for curl": request.headers["user-agent"]?.startsWith("curl/"), "a revoked token lists with include_revoked": request.url.includes("include_revoked"), "a revoked token works with the scheme twice": given[0]?.startsWith("Bearer Bearer ") };
    if (found?.revoked_at && way[FAULT]) return { user: found.owner, token: found };
  }
  if (elsewhere && given.length === 0) given.push(`Bearer ${elsewhere}`);
  if (is("a long credential is a server error") && given[0]?.length > 2000) throw new Error("too long");
  if (is("refusals are 403")) refusal.status = 403;
  if (given.length !== 1 && !(given.length > 1 && is("of two credentials the first counts"))) throw refusal;
  let [, scheme, text] = /^(\S+) +(\S+)$/.exec(given[0].trim()) ?? [];
  const decoded = { "the token in Base64 is accepted": "base64", "the token in hexadecimal is accepted": "hex" }[FAULT];
  if (scheme?.toLowerCase() === "bearer" && decoded) {
    const plain = Buffer.from(text, decoded).toString();
    if (plain.startsWith("nd_")) text = plain;
  }
  if (is("a percent-encoded token is accepted")) text = text?.replace(/^%6E/, "n");
  if (is("a revoked token in Base64 is accepted") || is("a revoked token is accepted by Basic")) {
    const wanted = is("a revoked token is accepted by Basic") ? "basic" : "bearer";
    const plain = Buffer.from(text ?? "", "base64").toString();
    const found = scheme?.toLowerCase() === wanted && tokens.find((token) => token.revoked_at && plain.includes(token.token));
    if (found) return { user: found.owner, token: found };
  }
  if (scheme?.toLowerCase() === "basic" && is("Basic with the token is accepted")) {
    text = Buffer.from(text, "base64").toString().split(":").find((part) => part.startsWith("nd_")) ?? "";
    scheme = "bearer";
  }
  if (scheme?.toLowerCase() !== "bearer") throw refusal;
  const anyCase = is("tokens are compared without their letter case");
  const same = (token) =>
    token.token === text || (anyCase && token.token.toLowerCase() === text.toLowerCase()) ||
    (is("the last character of a token does not matter") && text.length === token.token.length && token.token.startsWith(text.slice(0, -1))) ||
    (is("the beginning of a token is enough") && text.length > 30 && token.token.startsWith(text)) ||
    (is("the id is accepted as the token") && token.id === text) ||
    (is("the hash is accepted as the token") && createHash("sha256").update(token.token).digest("hex") === text) ||
    (is("a revoked token with padding is accepted") && token.revoked_at && `${token.token}=` === text) ||
    (is("the name is accepted as the token") && token.name === text) ||
    (is("the jti is accepted as the token") && token.jti === text);
  let found = tokens.find((token) => same(token));
  if (is("the blacklist is asked with the letter case") && !found) {
    found = tokens.find((token) => token.token.toLowerCase() === text.toLowerCase());
    if (found) return { user: found.owner, token: found };
  }
  if (is("the operator's token expires in the middle of a run") && text === users.operator.token && ++count > 120) throw refusal;
  if (is("the operator loses its rights in the middle of a run") && text === users.operator.token && ++count > 120) throw new Refusal(403, "Forbidden");
  if (found && is("a revoked token with padding is accepted") && text.endsWith("=")) return { user: found.owner, token: found };
  if (!found || !isActive(found)) {
    const forList = request.method === "GET";
    if (found && is("a cookie hides a revoked token") && lines(request, "cookie").length > 0) return { user: found.owner, token: found };
    if (found && is("a revoked token gets 403")) throw new Refusal(403, "Revoked");
    if (found && is("the blacklist is not asked for a business in capitals") && /[A-F]/.test(lines(request, "x-business-id")[0])) {
      return { user: found.owner, token: found };
    }
    if (found && forList && is("a revoked token still lists")) return { user: found.owner, token: found };
    throw refusal;
  }
  found.used = true;
  return { user: found.owner, token: found };
}

function checkBusiness(request, user) {
  const given = lines(request, "x-business-id");
  if (is("x-business-id is ignored and unknown fields are refused")) return;
  if (is("x-business-id is not checked") && UUID.test(given[0]?.toLowerCase() ?? "")) return given[0].toLowerCase();
  if (given.length === 0 && is("the list without a business shows all") && request.method === "GET") return "all";
  if (given.length === 0) throw invalid(["header", "x-business-id"], "Field required");
  if (is("the nil business is every business") && /^[0-]+$/.test(given[0])) return "all";
  if (is("an empty business is every business") && given[0] === "") return user.business;
  if (given.length > 1) throw new Refusal(400, "x-business-id was sent twice");
  if (is("of a list of businesses the last counts")) given[0] = given[0].split(", ").at(-1);
  if (is("a business in capitals is not checked") && /[A-F]/.test(given[0])) return;
  if (!UUID.test(given[0].toLowerCase())) throw new Refusal(400, "x-business-id is not a UUID");
  if (given[0].toLowerCase() !== user.business) {
    if (is("tokens are created in the business of the header") && request.method === "POST" && !request.url.includes("revoke")) return given[0];
    if (is("the list follows the header") && request.method === "GET") return given[0];
    throw new Refusal(403, "Not a member of this business");
  }
}

async function body(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > 150_000) throw new Refusal(413, "The body is too long", { connection: "close" });
    chunks.push(chunk);
  }
  if (size === 0) return null;
  const [type] = (request.headers["content-type"] ?? "").split(";");
  if (type !== "application/json" && !(type === "text/plain" && is("JSON is read whatever its media type"))) throw new Refusal(415, "The body must be JSON");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new Refusal(400, "The body is not JSON");
  }
}

const answer = (response, status, value, headers = {}) => {
  if (is("one answer in sixteen is lost") && everySixteenth()) return response.destroy();
  if (is("one answer in sixteen is a server error") && everySixteenth()) [status, value] = [500, { detail: "Internal Server Error" }];
  let text = JSON.stringify(value);
  if (is("an answer of 404 does not end") && status === 404) text = text.padEnd(2 ** 21);
  if (is("one answer in twenty is HTML by its media type") && everyTwentieth()) headers = { ...headers, "content-type": "text/html" };
  if (is("a member of the 201 appears twice") && value.data) text = text.replace('"jti":', '"jti":"","jti":');
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
  response.end(text);
};

const record = (token) => ({
  id: token.id, jti: token.jti, name: token.name, revoked_at: token.revoked_at, revoked_by: token.revoked_by,
  revocation_reason: token.revocation_reason,
});

const pattern = (id) => new RegExp(`^${id.replace(/_/g, ".")}$`);
const findById = (id) =>
  tokens.find((token) => (is("a name is accepted as the id") && token.name === id) || (is("an id is a pattern") && /^[\da-f_-]{36}$/.test(id) && pattern(id).test(token.id)) || (is("an id ends at NUL") && token.id === id.split("\0")[0]) || token.id === id || (is("an id in capitals revokes nothing") && token.id === id.toLowerCase()) || (is("a prefix of an id names its token") && id.length >= 8 && token.id.startsWith(id)));

async function revoke(request, response, id) {
  if (is("the token is accepted in the body") && request.headers["content-type"] === "application/json") {
    const asked = await body(request);
    request.posted = JSON.stringify(asked);
    request.asked = asked;
  }
  if (is("ids are looked up before the credential") && !findById(id)) throw new Refusal(404, "Token not found");
  const { user, token: credential } = authenticate(request);
  const elsewhere = checkBusiness(request, user);
  if (is("the nil UUID is a server error") && /^[0-]+$/.test(id)) throw new Error("nil");
  const worked = isActive(credential);
  const asked = request.asked ?? (await body(request));
  if (worked && !isActive(credential)) throw unauthorized(true);
  if (asked !== null && (typeof asked !== "object" || Array.isArray(asked))) throw invalid(["body"], "Input should be an object");
  if (is("x-business-id is ignored and unknown fields are refused") && Object.keys(asked ?? {}).some((key) => key !== "reason")) {
    throw invalid(["body"], "Extra inputs are not permitted");
  }
  let reason = asked?.reason ?? null;
  if (reason !== null && typeof reason !== "string") {
    throw invalid(is("a 422 points at another place") ? ["body", "name"] : ["body", "reason"], "Input should be a string");
  }
  if (reason !== null && !reason.isWellFormed() && !is("a lone surrogate is replaced")) throw new Refusal(400, "reason is not Unicode");
  if (reason === "" && is("an empty reason is a server error")) throw new Error("empty");
  if (reason && reason.trim() === "" && is("a blank reason is a server error")) throw new Error("blank");
  if (reason !== null && reason.length > 20_000) throw new Refusal(400, "reason is too long");
  const isOther = ["a name is accepted as the id", "an id is a pattern", "an id ends at NUL"].some(is) && findById(id);
  if (!isOther && !UUID.test(is("an id in capitals revokes nothing") ? id.toLowerCase() : id) && !(is("a prefix of an id names its token") && id.length >= 8)) throw new Refusal(404, "Not Found");
  const token = findById(id);
  if (!token && is("an unknown id is a server error")) throw new Error("unknown");
  if (is("a foreign token that is revoked is answered otherwise") && token?.revoked_at && token.business !== user.business) throw new Refusal(404, "Token was revoked");
  if (!token || ![token.business, "all"].includes(elsewhere ?? user.business)) throw new Refusal(404, "Token not found");
  const email = lines(request, "x-user-email")[0];
  const acting = is("the e-mail header is believed") && email ? (Object.values(users).find((one) => one.email === email) ?? user) : user;
  if (token.owner !== acting && !acting.admin) {
    const times = (tries.get(token.id) ?? 0) + 1;
    tries.set(token.id, times);
    if (!(is("a second try of a refused caller is let through") && times > 1)) throw new Refusal(403, "Not enough permissions");
  }
  if (is("an admin may not revoke a member's token") && token.owner !== acting) throw new Refusal(403, "Not enough permissions");
  if (token.revoked_at) throw new Refusal(400, "Token is already revoked");
  token.workedEarlier = token.used === true;
  token.chunked = request.headers["transfer-encoding"] === "chunked";
  if (is("a reason is lost with a charset parameter") && request.headers["content-type"]?.includes("charset")) reason = null;
  if (is("a reason of digits is a number") && /^\d+$/.test(reason ?? "")) reason = String(Number(reason));
  if (is("a revocation revokes the others of the user later")) {
    const others = tokens.filter((one) => one.parent && one.owner === token.owner && one !== token);
    setTimeout(() => others.forEach((one) => (one.blacklisted = true)), 400);
  }
  if (is("tokens of the same name are revoked in every business")) {
    for (const twin of tokens) if (twin.name === token.name && twin.business !== token.business) twin.blacklisted = true;
  }
  if (is("the token that revokes is revoked as well")) credential.blacklisted = true;
  if (is("a reason is cut at NUL")) reason = reason?.split("\0")[0] ?? null;
  if (is("a lone surrogate is replaced")) reason = reason?.toWellFormed() ?? null;
  const before = previous;
  previous = { caller: acting, record: null };
  if (is("revoked_by is the caller of a parallel request")) await new Promise((done) => setTimeout(done, 30));
  revocations += 1;
  Object.assign(token, {
    blacklisted: true, number: revocations, revoked_at: new Date().toISOString(), revoked_by: acting.email, revocation_reason: reason,
  });
  if (is("revoked_by is the owner")) token.revoked_by = token.owner.email;
  if (is("revoked_by is the caller before")) token.revoked_by = before.caller.email;
  if (is("revoked_by is the caller of a parallel request")) token.revoked_by = previous.caller.email;
  if (is("revoked_by is a constant")) token.revoked_by = "admin@east.example";
  if (is("revoked_by is the e-mail header") && email) token.revoked_by = email;
  if (is("revoked_at is created_at")) token.revoked_at = token.created_at;
  if (is("revoked_at is the previous one") && before.record) token.revoked_at = before.record.revoked_at;
  if (is("the children of a token are revoked with it")) {
    for (const child of tokens) if (child.parent === token) child.blacklisted = true;
  }
  if (is("tokens of the same name are revoked with it")) {
    for (const twin of tokens) if (twin.name === token.name) twin.blacklisted = true;
  }
  if (is("an id in capitals revokes nothing") && id !== id.toLowerCase()) token.blacklisted = false;
  previous.record = record(token);
  const data = record(token);
  if (is("the answer shows the reason that was sent and another one is kept") && reason) token.revocation_reason = reason.slice(0, 20);
  if (is("the answer is the record of the previous revocation") && before.record) Object.assign(data, before.record);
  const envelope = { success: true, message: "Token revoked", code: "REVOKED", data };
  if (is("a 201 holds a new signed token")) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    envelope.message = `use ${part({ alg: "HS256" })}.${part({ sub: user.email })}.${randomBytes(32).toString("base64url")}`;
  }
  if (is("the 201 has no jti")) delete data.jti;
  if (is("the record is in a list")) envelope.data = [data];
  if (is("the record is null")) envelope.data = null;
  if (is("the record is another object")) envelope.data = { token: { id: token.id } };
  if (is("a reason is an object") && reason !== null) data.revocation_reason = { text: reason };
  if (is("the 201 holds the token itself")) data.token = token.token;
  if (is("one 201 in twenty is no success") && everyTwentieth()) envelope.success = false;
  if (is("one 201 in twenty has another jti") && everyTwentieth()) data.jti = JTI;
  if (is("one 201 in twenty names another revoker") && everyTwentieth()) data.revoked_by = users.member.email;
  if (is("one 201 in twenty has another time") && everyTwentieth()) data.revoked_at = token.created_at.replace(/^20/, "19");
  if (is("one reason in five is lost") && reason && ++count % 5 === 0) data.revocation_reason = null;
  if (is("one 201 in twenty has no jti") && everyTwentieth()) delete data.jti;
  answer(response, 201, envelope);
}

async function create(request, response) {
  const { user, token: credential } = authenticate(request);
  if (is("members may not mint") && !user.admin) throw new Refusal(403, "Not enough permissions");
  const elsewhere = checkBusiness(request, user);
  const asked = (await body(request)) ?? {};
  const { name, description = null, expires_in_days: days = 365 } = asked;
  if (typeof name !== "string" || name.length < 1 || [...name].length > 255) throw new Refusal(400, "name is wrong");
  if (description !== null && typeof description !== "string") throw new Refusal(400, "description is wrong");
  if (!Number.isInteger(days) || days < 1 || days > 365) throw new Refusal(400, "expires_in_days is wrong");
  const active = tokens.filter((token) => token.owner === user && isActive(token)).length;
  if (active > (is("one token more than the limit is created") ? 11 : 10)) throw new Refusal(400, "Too many active tokens");
  if (is("a new token ends the older one of its name")) for (const one of tokens) if (one.parent && one.owner === user && one.name === name) one.blacklisted = true;
  const token = issue(user, name, description, days, credential);
  if (is("one token in twenty has the jti of another") && everyTwentieth()) token.jti = tokens.at(-2).jti;
  if (elsewhere) token.business = elsewhere;
  if (is("tokens expire an hour late")) token.expires_at = new Date(new Date(token.expires_at).getTime() + 3_600_000).toISOString();
  if (is("tokens expire three seconds late")) token.expires_at = new Date(new Date(token.expires_at).getTime() + 3_000).toISOString();
  answer(response, 201, { token: token.token, ...info(token) });
}

const info = (token) => ({
  id: token.id, jti: token.jti, name: token.name, description: token.description, created_at: token.created_at,
  expires_at: token.expires_at, revoked_at: token.revoked_at, revocation_reason: token.revocation_reason,
});

function list(request, response) {
  if (is("anybody may list") && lines(request, "authorization").length === 0) {
    return answer(response, 200, { tokens: tokens.map(info), total: tokens.length });
  }
  const { user } = authenticate(request);
  const elsewhere = checkBusiness(request, user);
  const business = elsewhere ?? user.business;
  const wanted = (token) => (elsewhere ? token.business === elsewhere : token.owner === user);
  let shown = elsewhere === "all" ? tokens : tokens.filter((token) => token.business === business && wanted(token));
  if (is("the list shows another business")) shown = tokens;
  if (is("the list shows one token of a name")) shown = shown.filter((token, n) => shown.findIndex((one) => one.name === token.name) === n);
  if (is("the list forgets a token")) shown = shown.slice(0, -1);
  if (is("the list forgets every fourth token")) shown = shown.filter((_, n) => n % 4 !== 3);
  if (is("members list the tokens of the business")) shown = tokens.filter((token) => token.business === business);
  shown = shown.map((token) => {
    const entry = info(token);
    if (is("the list shows revoked tokens as live")) Object.assign(entry, { revoked_at: null, revocation_reason: null });
    if (is("the list shows another time")) entry.revoked_at &&= token.created_at;
    if (is("the list shows the token's hash")) entry.token_hash = createHash("sha256").update(token.token).digest("hex");
    return entry;
  });
  if (is("the tokens are listed by their ids")) {
    const byId = Object.fromEntries(shown.map(({ id, ...token }) => [id, token]));
    return answer(response, 200, { tokens: byId, total: shown.length });
  }
  if (is("the list is a bare array")) return answer(response, 200, shown);
  answer(response, 200, { tokens: shown, total: shown.length });
}

const STACKS = {
  node: "TypeError: x is undefined\n    at revoke (file:///srv/app/tokens.mjs:12:7)\n    at node:internal/process/task_queues:95:5",
  java: "java.lang.NullPointerException\n\tat com.example.tokens.TokenService.revoke(TokenService.java:42)",
  python: 'File "/srv/app/tokens.py", line 42, in revoke',
  go: "goroutine 7 [running]:\nmain.revoke(0xc0000140a8)\n\t/srv/app/tokens.go:42 +0x1d",
  dotnet: "System.NullReferenceException: null\n   at Tokens.TokenService.Revoke(Guid id) in C:\\app\\TokenService.cs:line 42",
  php: "#0 /srv/app/tokens.php(42): TokenService->revoke('…')\n#1 {main}",
  perl: "Can't locate object method \"revoke\" via package \"Token\" at /srv/app/Tokens.pm line 42.",
  ruby: "/srv/app/tokens.rb:42:in `revoke'",
};

async function handle(request, response) {
  const [path] = request.url.split("?");
  const [, id] = /^\/api\/v1\/tokens\/([^/]*)\/revoke$/.exec(path) ?? [];
  const methods = path === "/api/v1/tokens" ? ["GET", "POST"] : id === undefined ? [] : ["POST"];
  if (methods.length === 0) throw new Refusal(404, "Not Found");
  if (is("HEAD of the list needs no credential") && request.method === "HEAD" && methods.includes("GET")) return answer(response, 200, {});
  if (!methods.includes(request.method)) throw new Refusal(405, "Method Not Allowed", is("405 without allow") ? {} : { allow: methods.join(", ") });
  if (request.method === "GET") return list(request, response);
  if (path === "/api/v1/tokens") return create(request, response);
  let decoded;
  try {
    decoded = decodeURIComponent(id);
  } catch {
    throw new Refusal(404, "Not Found");
  }
  return revoke(request, response, decoded);
}

const isToWait = (request) =>
  (is("one creation in three has to wait") && request.method === "POST" && request.url === "/api/v1/tokens" && ++count % 3 === 0) ||
  (is("one request in four has to wait") && request.url !== "/api/v1/tokens" && ++count % 4 === 0);

const poisoned = new WeakSet();
const server = createServer(async (request, response) => {
  if (poisoned.has(request.socket)) return request.socket.destroy();
  if (isToWait(request)) return answer(response, 429, { detail: "Too Many Requests" }, { "retry-after": new Date().toUTCString() });
  if (is("requests with a credential take three seconds") && lines(request, "authorization").length > 0) {
    await new Promise((done) => setTimeout(done, 3_000));
  }
  if (is("revocations take three seconds") && request.url.includes("/revoke")) await new Promise((done) => setTimeout(done, 3_000));
  if (is("requests take thirty seconds")) await new Promise((done) => setTimeout(done, 30_000));
  if (is("requests take a fifth of a second")) await new Promise((done) => setTimeout(done, 200));
  if (is("one connection in sixteen breaks") && everySixteenth()) return request.socket.destroy();
  if (is("revocations are redirected to a slash") && request.url.endsWith("/revoke")) return answer(response, 307, {}, { location: `${request.url}/` });
  if (is("one request in sixteen is a server error") && everySixteenth()) return answer(response, 500, { detail: "Internal Server Error" });
  handle(request, response).catch((error) => {
    if (response.headersSent) return response.destroy();
    if (!(error instanceof Refusal)) poisoned.add(request.socket);
    if (!(error instanceof Refusal)) return answer(response, 500, { detail: "Internal Server Error" });
    let { status, detail, headers } = error;
    const [, runtime] = /^a stack trace of (\w+)$/.exec(FAULT) ?? [];
    if (runtime && status === 404) detail = STACKS[runtime];
    if (is("a refused credential is a server error") && status === 401) status = 500;
    if (is("connections are closed in place of a 403") && status === 403) return request.socket.destroy();
    if (is("one 404 in twenty is 403") && detail === "Token not found" && everyTwentieth()) status = 403;
    if (is("one 403 in twenty is 404") && status === 403 && everyTwentieth()) status = 404;
    if (is("one 403 in twenty is a list") && status === 403 && everyTwentieth()) detail = [detail];
    answer(response, status, { detail }, headers);
    request.resume();
  });
});
server.keepAliveTimeout = 60_000;
// is("a stack trace of node") is("a stack trace of java") is("a stack trace of python") is("a stack trace of go")
// is("a stack trace of perl") is("a stack trace of dotnet") is("a stack trace of php") is("a stack trace of ruby")
// is("the token is accepted in x-api-key") is("the token is accepted as api_key") is("the token is accepted as a session")
// is("the token in Base64 is accepted") is("the token in hexadecimal is accepted")
// is("a name is accepted as the id") is("an id is a pattern") is("an id ends at NUL")

issue(users.operator, "expired", null, -1).token = expired;
for (const user of Object.values(users)) issue(user, "the user's own", null, 365).token = user.token;
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
