// A shop with twenty operations and five security schemes, in memory, as `openapi.json` documents it. Requests are read and
// checked by that document. `--fault NAME` breaks it in one of the ways of `faults.json`.

import { createServer } from "node:http";

import { is } from "./faults.mjs";
import { afterRefusal, operations } from "./operations.mjs";
import { Refusal, body, parameters } from "./request.mjs";
import { DOCUMENT } from "./schema.mjs";
import { authorize, caller } from "./security.mjs";

const PROBLEM = "application/problem+json";
const routes = Object.entries(DOCUMENT.paths).map(([template, item]) => ({
  item, pattern: new RegExp(`^${template.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
}));

function route(path) {
  for (const { item, pattern } of routes) {
    const found = pattern.exec(path);
    if (!found) continue;
    try {
      return { item, inPath: Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)])) };
    } catch {
      break;
    }
  }
  throw new Refusal(404, "Not found");
}

async function handle(request, response) {
  const [path, search = ""] = request.url.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const { item, inPath } = route(path);
  const method = request.method.toLowerCase();
  // HEAD is answered wherever GET is (RFC 9110, section 9.1).
  const operation = item[method] ?? (method === "head" ? item.get : undefined);
  if (!operation?.operationId) {
    if (path === "/products" && request.method === "PUT" && is("an undeclared method is a 200")) return answer(response, { status: 200, body: {} });
    const methods = Object.keys(item).filter((name) => name !== "parameters").map((name) => name.toUpperCase());
    throw new Refusal(405, "Method not allowed", { headers: { allow: methods.join(", ") } });
  }
  let user = null;
  try {
    user = caller(operation, query, request.headers);
    authorize(operation, user);
    const given = parameters(item, operation, inPath, query, request.headers);
    const sent = await body(operation, request);
    answer(response, operations[operation.operationId](user, given, sent, request.headers), method);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    afterRefusal(operation, user, inPath, error.status);
    throw Object.assign(error, { operation });
  }
}

function answer(response, { status, headers = {}, type, body: value, endless }, method) {
  if (endless) return stream(response, type, method);
  if (value === undefined) return response.writeHead(status, headers).end();
  const isText = type !== undefined && (typeof value === "string" || Buffer.isBuffer(value));
  const bytes = Buffer.from(isText ? value : JSON.stringify(value));
  response.writeHead(status, { "content-type": type ?? "application/json", "content-length": bytes.length, ...headers });
  response.end(method === "head" ? undefined : bytes);
}

function stream(response, type, method) {
  response.writeHead(200, { "content-type": type, "cache-control": "no-store" });
  if (method === "head") return response.end();
  const send = () => response.write(`data: ${JSON.stringify({ at: new Date().toISOString() })}\n\n`);
  send();
  const timer = setInterval(send, 1000);
  response.on("close", () => clearInterval(timer));
}

function refuse(request, response, error) {
  if (response.headersSent) return response.destroy();
  const { status, title, headers, errors, operation } = error instanceof Refusal ? error : { status: 500, title: "Internal server error" };
  const problem = { type: "about:blank", title, status, ...(errors ? { errors } : {}) };
  if (is("a problem has no title") && operation?.operationId === "getUser" && status === 404) delete problem.title;
  const isJson = is("a problem is application/json") && operation?.operationId === "deleteOrder" && status === 404;
  answer(response, { status, headers, type: isJson ? "application/json" : PROBLEM, body: problem }, request.method.toLowerCase());
  request.resume();
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => refuse(request, response, error));
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
