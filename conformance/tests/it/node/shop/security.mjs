// Who calls: the security requirements of an operation, and what a caller may do.

import { is } from "./faults.mjs";
import { Refusal } from "./request.mjs";
import { DOCUMENT } from "./schema.mjs";

// By role: `tenant`, `admin`, and the credential of each scheme.
export const CALLERS = JSON.parse(process.env.SHOP_CALLERS);

const FOR_ADMINS = [
  "createOrder", "replaceOrder", "updateOrder", "deleteOrder", "addItem", "removeItem", "exportOrders", "createUser", "getUser",
  "deleteUser", "uploadFile", "deleteFile",
];

// Returns what a request carries for a scheme, or undefined.
function given(name, query, headers) {
  const scheme = DOCUMENT.components.securitySchemes[name];
  if (scheme.type === "apiKey") return scheme.in === "query" ? (query.get(scheme.name) ?? undefined) : headers[scheme.name.toLowerCase()];
  const [, word, text] = /^(\S+) +(\S+)$/.exec(headers.authorization ?? "") ?? [];
  if (word?.toLowerCase() !== (name === "Login" ? "basic" : "bearer")) return undefined;
  return name === "Login" ? Buffer.from(text, "base64").toString() : text;
}

const sessions = new Map();
export const addSession = (token, caller) => sessions.set(token, caller);

function owner(name, credential, operation) {
  const callers = Object.values(CALLERS);
  const { operationId } = operation;
  if (is("any API key reads orders") && operationId === "getOrder" && name === "KeyHeader") {
    return callers.find((caller) => caller.KeyHeader === credential) ?? CALLERS.operator;
  }
  if (is("the beginning of a bearer token is enough") && operationId === "getUser" && credential.length >= 8) {
    return callers.find((caller) => caller[name].startsWith(credential.slice(0, 8)));
  }
  if (is("the password of a login is not checked") && name === "Login") {
    return callers.find((caller) => caller.Login.split(":")[0] === credential.split(":")[0]);
  }
  if (name === "Bearer" && sessions.has(credential)) return sessions.get(credential);
  return callers.find((caller) => caller[name] === credential);
}

// Returns the caller of a request; null for one without a credential where that is allowed.
export function caller(operation, query, headers) {
  const { operationId } = operation;
  let { security } = operation;
  if (is("orders are listed without a credential") && operationId === "listOrders") security = [{}, ...security];
  if (is("a download needs no key") && operationId === "downloadFile") security = [{}, ...security];
  if (is("an export takes an API key") && operationId === "exportOrders") security = [...security, { KeyHeader: [] }];
  if (is("one of two credentials deletes a user") && operationId === "deleteUser") security = [{ Bearer: [] }];
  let anyGiven = false;
  for (const names of security.map(Object.keys).filter((names) => names.length > 0)) {
    const found = names.map((name) => {
      const credential = given(name, query, headers);
      anyGiven ||= credential !== undefined;
      return credential === undefined ? undefined : owner(name, credential, operation);
    });
    if (found.every((one) => one !== undefined && one === found[0])) return found[0];
  }
  const isOpen = security.some((requirement) => Object.keys(requirement).length === 0);
  if (isOpen && !anyGiven) return is("orders are listed without a credential") || is("a download needs no key") ? CALLERS.operator : null;
  if (is("no credential is a server error") && operationId === "streamEvents" && !anyGiven) throw new Error("no credential");
  if (is("no credential is a 403") && operationId === "uploadFile" && !anyGiven) throw new Refusal(403, "Not allowed");
  const challenges = { KeyHeader: "ApiKey", LinkKey: "ApiKey", Login: "Basic", Bearer: "Bearer", OAuth: "Bearer" };
  const words = new Set(security.flatMap(Object.keys).map((name) => `${challenges[name]} realm="shop"`));
  const headersOf401 = is("a 401 has no challenge") && operationId === "createSession" ? {} : { "www-authenticate": [...words].join(", ") };
  throw new Refusal(401, "No known credential", { headers: headersOf401 });
}

// Refuses what only an admin may do.
export function authorize(operation, user) {
  const { operationId } = operation;
  if (user?.admin !== false || !FOR_ADMINS.includes(operationId)) return;
  if (is("a clerk may create orders") && operationId === "createOrder") return;
  if (is("a clerk may read users") && operationId === "getUser") return;
  throw new Refusal(403, "Only an admin may do this");
}
