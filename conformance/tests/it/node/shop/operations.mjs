// What each operation does, by its operationId: from a caller and a request to { status, headers, body, type }.

import { createHash, randomBytes, randomUUID } from "node:crypto";

import { is } from "./faults.mjs";
import { Refusal } from "./request.mjs";
import { addSession } from "./security.mjs";

const PRODUCTS = [
  { kind: "book", sku: "BOO-0001", price: 1250, pages: 320 },
  { kind: "toy", sku: "TOY-0001", price: 250, size: "S" },
  { kind: "toy", sku: "TOY-0002", price: 990, size: "L" },
];
const PRICE = 250;

const orders = new Map();
const users = new Map();
const files = new Map();
let lastUser = 0;

const hash = (value) => `"${createHash("sha256").update(value).digest("hex").slice(0, 16)}"`;
const etag = (order) => hash(JSON.stringify(order));

// Finds what belongs to the shop of a caller.
function find(map, id, { tenant }, letsIn) {
  const found = map.get(id);
  if (!found || (found.tenant !== tenant && !letsIn)) throw new Refusal(404, "The shop has nothing with this id");
  if (found.deleted) throw new Refusal(410, "It was deleted");
  return found;
}

// Gives an order the members of a body that are not readOnly.
function fill(order, { customer, note, tags, items, payment }) {
  order.items = items.map(({ sku, quantity }) => ({ id: (order.lastItem += 1), sku, quantity }));
  Object.assign(order, { customer, note, tags, payment });
}

// Returns an order as answers show it.
function shown(order) {
  const { id, customer, note, tags, items, payment, created_at } = order;
  const { cvc, ...rest } = payment;
  const total = items.reduce((sum, { quantity }) => sum + quantity * PRICE, 0);
  return { id, status: "open", total, created_at, customer, note, ...(tags ? { tags } : {}), items, payment: rest };
}

const answered = (order, status = 200, headers = {}) => {
  const body = shown(order);
  return { status, headers: { etag: etag(body), ...headers }, body };
};

function newOrder(tenant, body) {
  const order = { id: randomUUID(), tenant, created_at: new Date().toISOString(), lastItem: 0 };
  fill(order, body);
  if (is("a customer is kept in capitals")) order.customer = order.customer.toUpperCase();
  orders.set(order.id, order);
  return order;
}

export const operations = {
  listProducts(_, { kinds, sizes, price = {} }) {
    const fits = (product) =>
      (!kinds || kinds.includes(product.kind)) && (!sizes || sizes.includes(product.size)) &&
      product.price >= (price.min ?? 0) && product.price <= (price.max ?? Infinity);
    let body = PRODUCTS.filter(fits);
    if (is("a product has an undocumented member")) body = body.map((product) => ({ ...product, cost: 1 }));
    return { status: 200, body, ...(is("products are text/html") ? { type: "text/html" } : {}) };
  },

  listOrders(user, { page = 1, per_page = 50, status, tags }) {
    const isShown = (order) =>
      (order.tenant === user.tenant || is("the list shows orders of another shop")) &&
      (!order.deleted || is("the list keeps deleted orders")) &&
      (!status || status.includes("open")) && (!tags || tags.every((tag) => order.tags?.includes(tag)));
    let found = [...orders.values()].filter(isShown).reverse();
    if (is("the list lacks new orders")) found = found.filter((order) => Date.now() - Date.parse(order.created_at) > 60_000);
    const headers = { "x-total-count": is("X-Total-Count is a word") ? "several" : String(found.length) };
    return { status: 200, headers, body: { items: found.slice((page - 1) * per_page, page * per_page).map(shown), page, per_page } };
  },

  createOrder(user, _, body) {
    const order = newOrder(user.tenant, body);
    const headers = is("Location is missing") ? {} : { location: `/orders/${order.id}` };
    return answered(order, is("a created order is a 200") ? 200 : 201, headers);
  },

  getOrder(user, { id }) {
    const order = orders.get(id.toLowerCase());
    if (order?.deleted && is("a deleted order can be read")) return answered(order);
    const answer = answered(find(orders, id.toLowerCase(), user, is("another shop reads an order")));
    if (is("an order has no total")) delete answer.body.total;
    if (is("the cvc of a card is answered")) answer.body.payment = orders.get(id.toLowerCase()).payment;
    return answer;
  },

  replaceOrder(user, { id, "If-Match": expected }, body) {
    const order = find(orders, id.toLowerCase(), user);
    const current = etag(shown(order));
    if (expected !== undefined && expected !== "*" && !expected.split(/\s*,\s*/).includes(current)) {
      throw new Refusal(412, "The order has another entity tag");
    }
    const before = order.replaced && is("a second PUT adds its items again") ? order.items : [];
    fill(order, body);
    order.items = [...before, ...order.items];
    order.replaced = true;
    const answer = answered(order);
    if (is("a null note is answered as false")) answer.body.note ??= false;
    if (is("a payment has an unknown method")) answer.body.payment = { method: "cash" };
    return answer;
  },

  updateOrder(user, { id }, body) {
    const order = find(orders, id.toLowerCase(), user, is("another shop changes an order"));
    const old = { ...order };
    Object.assign(order, body);
    const answer = answered(order);
    if (is("a PATCH is not kept")) Object.assign(order, old);
    return answer;
  },

  deleteOrder(user, { id }) {
    find(orders, id.toLowerCase(), user).deleted = true;
    return { status: 204 };
  },

  addItem(user, { id }, { sku, quantity }) {
    const order = find(orders, id.toLowerCase(), user);
    if (order.items.length >= 20) throw new Refusal(409, "The order is full");
    const item = { id: (order.lastItem += 1), sku, quantity };
    order.items = [...order.items, item];
    return { status: 201, body: item };
  },

  removeItem(user, { id, item_id }) {
    const order = find(orders, id.toLowerCase(), user);
    if (!order.items.some((item) => item.id === item_id)) throw new Refusal(404, "The order has no such item");
    if (order.items.length === 1) throw new Refusal(409, "The last item of an order cannot be removed");
    order.items = order.items.filter((item) => item.id !== item_id);
    return { status: 204 };
  },

  getInvoice(user, { id }, _, { accept = "" }) {
    const order = orders.get(id.toLowerCase());
    if (order && order.tenant !== user.tenant && is("another shop is told 403")) throw new Refusal(403, "Another shop's");
    const { customer, total } = shown(find(orders, id.toLowerCase(), user));
    if (accept.startsWith("text/plain")) return { status: 200, type: "text/plain", body: `${customer}: ${total}` };
    const escaped = customer.replace(/[&<>]/g, (sign) => `&#${sign.codePointAt(0)};`).replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd");
    return { status: 200, type: "application/xml", body: `<invoice><customer>${escaped}</customer><total>${total}</total></invoice>` };
  },

  exportOrders({ tenant }, { since = "", columns = ["id", "customer", "total"] }) {
    const found = [...orders.values()].filter((order) => order.tenant === tenant && !order.deleted && order.created_at >= since);
    const cell = (value) => `"${String(value).replaceAll('"', '""')}"`;
    const lines = [columns, ...found.map(shown).map((order) => columns.map((column) => order[column]))];
    const body = lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
    return { status: 200, type: "text/csv", headers: { "content-disposition": "attachment; filename=orders.csv" }, body };
  },

  streamEvents: () => ({ status: 200, type: is("events are text/plain") ? "text/plain" : "text/event-stream", endless: true }),

  createSession(user, _, { ttl = 3600 }) {
    const token = randomBytes(24).toString("base64url");
    addSession(token, user);
    return { status: 201, body: { token, token_type: "Bearer", expires_in: Number(ttl) || 3600 } };
  },

  createUser({ tenant }, _, { email, password, role, nickname }) {
    const user = { id: (lastUser += 1), email, role, ...(nickname === undefined ? {} : { nickname }) };
    if (!is("a created user cannot be read")) users.set(user.id, { tenant, user });
    const location = `/users/${is("Location leads nowhere") ? user.id + 1_000_000 : user.id}`;
    return { status: 201, headers: { location }, body: is("the password is answered") ? { ...user, password } : user };
  },

  getUser(user, { id }) {
    if (!users.has(id) && is("an unknown user is a 400")) throw new Refusal(400, "No such user");
    return { status: 200, body: find(users, id, user).user };
  },

  deleteUser(user, { id }) {
    if (is("a second DELETE of a user is a server error") && id <= lastUser && !users.has(id)) throw new Error("deleted");
    find(users, id, user);
    users.delete(id);
    return { status: 204 };
  },

  uploadFile({ tenant }, _, { file = "", title }) {
    const id = `fil_${randomBytes(6).toString("hex")}`;
    const bytes = Buffer.from(file, "latin1");
    files.set(id, { tenant, bytes });
    return { status: 201, headers: { location: `/files/${id}` }, body: { id, title, size: bytes.length } };
  },

  downloadFile(user, { id }) {
    const { bytes } = find(files, id, user);
    return { status: 200, type: "application/octet-stream", headers: { etag: hash(bytes) }, body: bytes };
  },

  checkFile(user, parameters) {
    if (is("HEAD is a server error")) throw new Error("HEAD");
    return operations.downloadFile(user, parameters);
  },

  deleteFile(user, { id }) {
    find(files, id, user);
    files.delete(id);
    return { status: 204 };
  },
};

// What some faults do in spite of a refusal.
export function afterRefusal({ operationId }, user, { id }, status) {
  if (is("a refused POST creates an order") && operationId === "createOrder" && status === 422) {
    const items = [{ sku: "TOY-0001", quantity: 1 }];
    newOrder(user.tenant, { customer: "Ada", note: null, items, payment: { method: "transfer", bank: "East" } });
  }
  const order = orders.get(id?.toLowerCase());
  if (order?.tenant !== user?.tenant || !order) return;
  if (is("a refused PATCH is kept") && operationId === "updateOrder" && status === 422) order.note = "changed";
  if (is("a refused clerk has deleted the order") && operationId === "deleteOrder" && status === 403) order.deleted = true;
}
