// Requests, read by the document: parameters by their style, bodies by their media type.

import { is } from "./faults.mjs";
import { fromText, problems, resolved } from "./schema.mjs";

export class Refusal extends Error {
  constructor(status, title, { headers = {}, errors } = {}) {
    super(title);
    Object.assign(this, { status, title, headers, errors });
  }
}

// Reads the parameters of an operation, by name. `inPath` has the decoded texts of the path.
export function parameters(item, operation, inPath, query, headers) {
  const declared = [...(operation.parameters ?? []), ...(item.parameters ?? [])].map(resolved);
  const found = {};
  const errors = [];
  for (const parameter of declared) {
    const { name, schema, required } = parameter;
    const value = read(parameter, inPath, query, headers);
    if (value === undefined) {
      if (required && !(name === "since" && is("since may be missing"))) errors.push({ place: name, message: "required" });
      continue;
    }
    if (is("an id of another form is a server error") && operation.operationId === "getUser" && typeof value !== "number") throw new Error("not a number");
    if (is("a list of one kind is refused") && name === "kinds" && value.length === 1) errors.push({ place: name, message: "not a list" });
    const mayBe101 = is("per_page may be 101") && name === "per_page" && value === 101;
    const unknownStatus = is("an unknown status is taken") && name === "status";
    if (!mayBe101 && !unknownStatus) errors.push(...problems(schema, value, name));
    found[name] = value;
  }
  if (errors.length > 0) throw new Refusal(422, "The request does not fit its schema", { errors });
  return found;
}

function read({ name, in: location, style, explode, schema }, inPath, query, headers) {
  const given = { path: inPath[name], header: headers[name.toLowerCase()] };
  if (location in given) return given[location] === undefined ? undefined : fromText(schema, given[location]);
  const { type, items, properties } = resolved(schema);
  if (style === "deepObject") {
    const members = [...query].filter(([key]) => key.startsWith(`${name}[`) && key.endsWith("]"));
    const pairs = members.map(([key, text]) => [key.slice(name.length + 1, -1), text]);
    if (pairs.length === 0) return query.has(name) ? query.get(name) : undefined;
    return Object.fromEntries(pairs.map(([key, text]) => [key, fromText(properties[key] ?? {}, text)]));
  }
  const texts = query.getAll(name);
  if (texts.length === 0) return undefined;
  if (type !== "array") return texts.length > 1 ? texts : fromText(schema, texts[0]);
  const separator = { spaceDelimited: " ", pipeDelimited: "|" }[style] ?? ",";
  const parts = explode === false ? texts.flatMap((text) => (text === "" ? [] : text.split(separator))) : texts;
  return parts.map((text) => fromText(items, text));
}

// Reads the body of a request, and checks that it fits its schema. Returns undefined for an operation without one.
export async function body(operation, request) {
  const declared = resolved(operation.requestBody);
  const bytes = await all(request);
  if (!declared) return undefined;
  const [given] = (request.headers["content-type"] ?? "").split(";");
  let type = given.trim().toLowerCase();
  if (type === "text/plain" && is("text is taken as JSON") && operation.operationId === "createOrder") type = "application/json";
  const media = declared.content[type];
  if (!media || (type.includes("merge-patch") && is("a merge patch is refused"))) {
    throw new Refusal(415, `The body must be ${Object.keys(declared.content).join(" or ")}`);
  }
  const value = decoded(type, bytes, request, resolved(media.schema));
  if (is("NUL is a server error") && operation.operationId === "updateOrder" && /\\u0000|\0/.test(JSON.stringify(value))) throw new Error("NUL");
  const errors = problems(media.schema, value).filter((problem) => !isOverlooked(problem, operation.operationId));
  if (is("the longest note is refused") && value?.note?.length === 200) errors.push({ place: "/note", message: "maxLength" });
  if (errors.length > 0) throw new Refusal(422, "The body does not fit its schema", { errors });
  return value;
}

function isOverlooked({ place, message }, operation) {
  return (
    (is("a quantity may be 0") && operation === "addItem" && place === "/quantity" && message === "minimum") ||
    (is("an unknown member is taken") && operation === "createOrder" && place === "" && message.startsWith("additionalProperties")) ||
    (is("an e-mail needs no @") && place === "/email" && message === "format") ||
    (is("tags may repeat") && operation === "updateOrder" && message === "uniqueItems") ||
    (is("ttl may be a word") && place === "/ttl" && message === "type") ||
    (is("an upload needs no file") && message === "required: file")
  );
}

async function all(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > 4_000_000) throw new Refusal(413, "The body is too long", { headers: { connection: "close" } });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decoded(type, bytes, request, schema) {
  try {
    if (type.startsWith("multipart/")) return multipart(bytes, request.headers["content-type"]);
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (type.endsWith("json")) return wellFormed(JSON.parse(text));
    return form(new URLSearchParams(text), schema);
  } catch (error) {
    if (is("broken JSON is a server error") && request.url.startsWith("/users")) throw error;
    throw new Refusal(400, "The body cannot be read");
  }
}

function wellFormed(value) {
  if (!JSON.stringify(value).isWellFormed() || /\\ud[89a-f]/i.test(JSON.stringify(value))) throw new SyntaxError("a lone surrogate");
  return value;
}

function form(pairs, { properties }) {
  const value = {};
  for (const [name, text] of pairs) {
    if (Object.hasOwn(value, name)) throw new SyntaxError("a name is given twice");
    value[name] = fromText(properties[name] ?? {}, text);
  }
  return value;
}

// Reads a multipart body (RFC 7578): texts, and for a part with a file name its bytes.
function multipart(bytes, contentType) {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const sections = bytes.toString("latin1").split(`--${quoted ?? bare}`);
  if (sections.length < 2 || !sections.at(-1).startsWith("--")) throw new SyntaxError("no last boundary");
  const value = {};
  for (const section of sections.slice(1, -1)) {
    const end = section.indexOf("\r\n\r\n");
    const head = section.slice(0, end);
    const content = Buffer.from(section.slice(end + 4, -2), "latin1");
    const [, name] = /[;\s]name="([^"]*)"/i.exec(head);
    value[name] = name === "file" ? content.toString("latin1") : content.toString();
  }
  return value;
}
