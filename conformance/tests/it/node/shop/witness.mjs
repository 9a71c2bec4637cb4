// Shows each fault to a client that knows the document: runs the service sound and with each fault, and asks it what the fault
// breaks. Prints a line for each fault that does not show, and for each promise that the sound service breaks.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { FAULTS } from "./faults.mjs";

const caller = (role, tenant, admin) => ({
  tenant, admin, KeyHeader: `key-of-${role}`, LinkKey: `link-of-${role}`, Login: `${role}:pass word`, Bearer: `${role}-bearer-1`, OAuth: `${role}-oauth-1`,
});
const CALLERS = { operator: caller("operator", "east", true), member: caller("member", "east", false), outsider: caller("outsider", "west", true) };
const ORDER = { customer: "Ada", note: null, items: [{ sku: "TOY-0001", quantity: 2 }], payment: { method: "card", last4: "4242", cvc: "123" } };
const USER = { email: "a@b.example", password: "long enough", role: "clerk" };
const UNKNOWN = "00000000-0000-4000-8000-000000000000";

class Client {
  constructor(url) {
    this.url = url;
  }

  // Sends a request as a role, with the schemes that are named.
  async send(method, path, { as = "operator", with: schemes = ["KeyHeader"], type, body, key } = {}) {
    const headers = {};
    const who = CALLERS[as] ?? {};
    for (const scheme of schemes) {
      if (scheme === "KeyHeader") headers["x-api-key"] = key ?? who.KeyHeader;
      if (scheme === "Bearer" || scheme === "OAuth") headers.authorization = `Bearer ${key ?? who[scheme]}`;
      if (scheme === "Login") headers.authorization = `Basic ${Buffer.from(key ?? who.Login).toString("base64")}`;
      if (scheme === "LinkKey") path += `?key=${key ?? who.LinkKey}`;
    }
    if (type) headers["content-type"] = type;
    const abort = new AbortController();
    const response = await fetch(this.url + path, { method, headers, body, signal: abort.signal });
    const mime = response.headers.get("content-type");
    if (path.startsWith("/events") && response.status === 200) {
      await response.body.getReader().read();
      abort.abort();
      return { status: 200, mime };
    }
    const text = await response.text();
    return { status: response.status, mime, header: (name) => response.headers.get(name), text, json: text && mime?.includes("json") ? JSON.parse(text) : null };
  }

  json = (method, path, value, more) => this.send(method, path, { type: "application/json", body: JSON.stringify(value), ...more });
  order = async () => (await this.json("POST", "/orders", ORDER)).json.id;
  user = async () => (await this.json("POST", "/users", USER, { with: ["Bearer"] })).json.id;
  read = async (id, more) => this.send("GET", `/orders/${id}`, more);
  list = async (more) => this.send("GET", "/orders?per_page=100", more);
  listed = async (id, more) => (await this.list(more)).json.items.some((order) => order.id === id);
  patch = (id, value, more) => this.json("PATCH", `/orders/${id}`, value, { type: "application/merge-patch+json", ...more });
  put = (id, value) => this.json("PUT", `/orders/${id}`, { ...ORDER, ...value });
  createUser = (value) => this.json("POST", "/users", { ...USER, ...value }, { with: ["Bearer"] });
  getUser = (id, more) => this.send("GET", `/users/${id}`, { with: ["Bearer"], ...more });
  deleteUser = (id, more) => this.send("DELETE", `/users/${id}`, { with: ["Bearer", "KeyHeader"], ...more });
  session = (body = "scope=read", more) => this.send("POST", "/sessions", { with: ["Login"], type: "application/x-www-form-urlencoded", body, ...more });
  upload(parts = { title: "Bill", file: new Blob(["bytes"]) }, more) {
    const body = new FormData();
    for (const [name, value] of Object.entries(parts)) body.set(name, value);
    return this.send("POST", "/files", { with: ["LinkKey"], body, ...more });
  }
  file = async () => (await this.upload()).json.id;
  head = async () => this.send("HEAD", `/files/${await this.file()}`, { with: ["LinkKey"] });
}

const nobody = { with: [] };
const member = { as: "member" };
const outsider = { as: "outsider" };

// By fault: whether the service keeps the promise that the fault breaks.
const PROMISES = {
  "orders are listed without a credential": async (c) => (await c.list(nobody)).status === 401,
  "any API key reads orders": async (c) => (await c.read(await c.order(), { key: "another" })).status === 401,
  "the beginning of a bearer token is enough": async (c) => (await c.getUser(await c.user(), { key: "operator-bearer-2" })).status === 401,
  "the password of a login is not checked": async (c) => (await c.session("scope=read", { key: "operator:other" })).status === 401,
  "an export takes an API key": async (c) => (await c.send("GET", "/exports/orders?since=2026-01-01")).status === 401,
  "a download needs no key": async (c) => (await c.send("GET", `/files/${await c.file()}`, nobody)).status === 401,
  "one of two credentials deletes a user": async (c) => (await c.deleteUser(await c.user(), { with: ["Bearer"] })).status === 401,
  "a 401 has no challenge": async (c) => (await c.session("scope=read", nobody)).header("www-authenticate") !== null,
  "no credential is a server error": async (c) => (await c.send("GET", "/events", nobody)).status === 401,
  "no credential is a 403": async (c) => (await c.upload(undefined, nobody)).status === 401,

  "a clerk may create orders": async (c) => (await c.json("POST", "/orders", ORDER, member)).status === 403,
  "a clerk may read users": async (c) => (await c.getUser(await c.user(), member)).status === 403,
  "another shop reads an order": async (c) => (await c.read(await c.order(), outsider)).status === 404,
  "another shop changes an order": async (c) => (await c.patch(await c.order(), { customer: "Bob" }, outsider)).status === 404,
  "the list shows orders of another shop": async (c) => !(await c.listed(await c.order(), outsider)),
  "another shop is told 403": async (c) => (await c.send("GET", `/orders/${await c.order()}/invoice`, outsider)).status === 404,
  "a refused clerk has deleted the order": async (c) => {
    const id = await c.order();
    return (await c.send("DELETE", `/orders/${id}`, member)).status === 403 && (await c.read(id)).status === 200;
  },

  "a created order is a 200": async (c) => (await c.json("POST", "/orders", ORDER)).status === 201,
  "an unknown user is a 400": async (c) => (await c.getUser(2_000_000_000)).status === 404,
  "broken JSON is a server error": async (c) => (await c.send("POST", "/users", { with: ["Bearer"], type: "application/json", body: "{" })).status === 400,
  "an undeclared method is a 200": async (c) => (await c.send("PUT", "/products")).status === 405,
  "HEAD is a server error": async (c) => (await c.head()).status === 200,

  "an order has no total": async (c) => (await c.read(await c.order())).json.total === 500,
  "a null note is answered as false": async (c) => (await c.put(await c.order(), { note: null })).json.note === null,
  "the cvc of a card is answered": async (c) => !("cvc" in (await c.read(await c.order())).json.payment),
  "the password is answered": async (c) => !("password" in (await c.createUser()).json),
  "a payment has an unknown method": async (c) => (await c.put(await c.order())).json.payment.method === "card",
  "a product has an undocumented member": async (c) => !("cost" in JSON.parse((await c.send("GET", "/products")).text)[0]),
  "a problem has no title": async (c) => (await c.getUser(2_000_000_000)).json.title !== undefined,

  "Location is missing": async (c) => (await c.json("POST", "/orders", ORDER)).header("location") !== null,
  "Location leads nowhere": async (c) => (await c.send("GET", (await c.createUser()).header("location"), { with: ["Bearer"] })).status !== 404,
  "X-Total-Count is a word": async (c) => /^\d+$/.test((await c.list()).header("x-total-count")),

  "a created user cannot be read": async (c) => (await c.getUser(await c.user())).status !== 404,
  "a customer is kept in capitals": async (c) => (await c.read(await c.order())).json.customer === "Ada",
  "a PATCH is not kept": async (c) => {
    const id = await c.order();
    await c.patch(id, { customer: "Bob" });
    return (await c.read(id)).json.customer !== "Ada";
  },
  "a deleted order can be read": async (c) => {
    const id = await c.order();
    return (await c.send("DELETE", `/orders/${id}`)).status === 204 && (await c.read(id)).status === 410;
  },
  "the list lacks new orders": async (c) => c.listed(await c.order()),
  "the list keeps deleted orders": async (c) => {
    const id = await c.order();
    await c.send("DELETE", `/orders/${id}`);
    return !(await c.listed(id));
  },
  "a second PUT adds its items again": async (c) => {
    const id = await c.order();
    await c.put(id);
    return (await c.put(id)).json.items.length === 1;
  },
  "a refused PATCH is kept": async (c) => {
    const id = await c.order();
    return (await c.patch(id, { customer: "" })).status === 422 && (await c.read(id)).json.note === null;
  },
  "a refused POST creates an order": async (c) => {
    const before = (await c.list()).header("x-total-count");
    return (await c.json("POST", "/orders", { ...ORDER, customer: "" })).status === 422 && (await c.list()).header("x-total-count") === before;
  },
  "a second DELETE of a user is a server error": async (c) => {
    const id = await c.user();
    await c.deleteUser(id);
    return (await c.deleteUser(id)).status !== 500;
  },

  "per_page may be 101": async (c) => (await c.send("GET", "/orders?per_page=101")).status === 422,
  "a quantity may be 0": async (c) => (await c.json("POST", `/orders/${await c.order()}/items`, { sku: "TOY-0001", quantity: 0 })).status === 422,
  "an unknown member is taken": async (c) => (await c.json("POST", "/orders", { ...ORDER, extra: 1 })).status === 422,
  "an e-mail needs no @": async (c) => (await c.createUser({ email: "ab" })).status === 422,
  "an unknown status is taken": async (c) => (await c.send("GET", "/orders?status=lost")).status === 422,
  "since may be missing": async (c) => (await c.send("GET", "/exports/orders", { with: ["OAuth"] })).status === 422,
  "an id of another form is a server error": async (c) => (await c.getUser("abc")).status === 422,
  "ttl may be a word": async (c) => (await c.session("scope=read&ttl=long")).status === 422,
  "tags may repeat": async (c) => (await c.patch(await c.order(), { tags: ["a", "a"] })).status === 422,
  "NUL is a server error": async (c) => (await c.patch(await c.order(), { customer: "a\0b" })).status !== 500,
  "the longest note is refused": async (c) => (await c.put(await c.order(), { note: "n".repeat(200) })).status === 200,
  "a list of one kind is refused": async (c) => (await c.send("GET", "/products?kinds=book")).status === 200,

  "products are text/html": async (c) => (await c.send("GET", "/products")).mime === "application/json",
  "a problem is application/json": async (c) => (await c.send("DELETE", `/orders/${UNKNOWN}`)).mime === "application/problem+json",
  "an upload needs no file": async (c) => (await c.upload({ title: "Bill" })).status === 422,
  "events are text/plain": async (c) => (await c.send("GET", "/events", { with: ["Bearer"] })).mime === "text/event-stream",
  "a merge patch is refused": async (c) => (await c.patch(await c.order(), { customer: "Bob" })).status !== 415,
  "text is taken as JSON": async (c) => (await c.json("POST", "/orders", ORDER, { type: "text/plain" })).status === 415,
};

// What must hold beside, so that the sound service is one.
const SOUND = {
  "multipart is kept as it was sent": async (c) => (await c.send("GET", `/files/${await c.file()}`, { with: ["LinkKey"] })).text === "bytes",
  "HEAD says the length": async (c) => (await c.head()).header("content-length") === "5",
  "the style of each list is read": async (c) => (await c.send("GET", "/products?sizes=S%20L&price[min]=300&kinds=toy&kinds=book")).json.length === 1,
  "an item is added and removed": async (c) => {
    const id = await c.order();
    const added = await c.json("POST", `/orders/${id}/items`, { sku: "TOY-0001", quantity: 1 });
    return added.status === 201 && (await c.send("DELETE", `/orders/${id}/items/${added.json.id}`)).status === 204;
  },
  "a session's token is a bearer token": async (c) => {
    const { json } = await c.session();
    return (await c.send("GET", "/events", { with: ["Bearer"], key: json.token })).status === 200;
  },
  "a file is deleted": async (c) => (await c.send("DELETE", `/files/${await c.file()}`, { with: ["LinkKey"] })).status === 204,
  "a user is deleted": async (c) => (await c.deleteUser(await c.user())).status === 204,
  "an export is CSV": async (c) => (await c.send("GET", "/exports/orders?since=2026-01-01&columns=id", { with: ["OAuth"] })).mime === "text/csv",
  "an entity tag is compared": async (c) => (await c.send("PUT", `/orders/${await c.order()}`, { type: "application/json", body: JSON.stringify(ORDER) })).header("etag") !== null,
};

// Starts the service, and lists the promises that it breaks.
async function broken(fault, promises) {
  const service = spawn(process.execPath, [fileURLToPath(new URL("service.mjs", import.meta.url)), ...(fault ? ["--fault", fault] : [])], {
    env: { ...process.env, SHOP_CALLERS: JSON.stringify(CALLERS) }, stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await new Promise((done) => createInterface(service.stdout).once("line", (...line) => done(line)));
    const client = new Client(line.replace("listening on ", ""));
    const names = [];
    for (const [name, holds] of Object.entries(promises)) {
      if (!(await holds(client))) names.push(name);
    }
    return names;
  } finally {
    service.kill();
  }
}

let wrong = 0;
const say = (text) => {
  wrong += 1;
  console.log(text);
};
for (const name of await broken("", { ...PROMISES, ...SOUND })) say(`the sound service breaks: ${name}`);
for (const { fault } of FAULTS) {
  const names = await broken(fault, { [fault]: PROMISES[fault] });
  if (!names.includes(fault)) say(`does not show: ${fault}`);
}
console.log(`${FAULTS.length} faults, ${wrong} wrong`);
process.exit(wrong === 0 ? 0 : 1);
