// The part of JSON Schema that the document uses, for values of requests.

import { readFileSync } from "node:fs";

export const DOCUMENT = JSON.parse(readFileSync(new URL("openapi.json", import.meta.url), "utf8"));

// Follows a reference of the document.
export function resolved(value) {
  while (typeof value?.$ref === "string") {
    const names = value.$ref.slice(2).split("/");
    value = names.reduce((at, name) => at[name.replaceAll("~1", "/").replaceAll("~0", "~")], DOCUMENT);
  }
  return value;
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const EMAIL = new RegExp(`^(?=.{1,64}@)${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*$`);
const FORMATS = {
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  email: (text) => EMAIL.test(text),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text),
};

const typeOf = (value) => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
};
const hasType = (value, name) => typeOf(value) === name || (name === "number" && typeof value === "number");

// Lists what is wrong with the value of a request: the place and the keyword of each problem. Members that are readOnly may be
// left out, and are not checked.
export function problems(schema, value, place = "") {
  const { readOnly, ...beside } = schema;
  if (beside.$ref) return readOnly ? [] : problems(resolved(schema), value, place);
  const found = [];
  const fail = (keyword) => found.push({ place, message: keyword });
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((name) => hasType(value, name))) return [{ place, message: "type" }];
  if (schema.enum && !schema.enum.includes(value)) fail("enum");
  if ("const" in schema && schema.const !== value) fail("const");
  if (typeof value === "string" && schema.format !== "binary") {
    const length = [...value].length;
    if (length < (schema.minLength ?? 0)) fail("minLength");
    if (length > (schema.maxLength ?? Infinity)) fail("maxLength");
    if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) fail("pattern");
    if (schema.format in FORMATS && !FORMATS[schema.format](value)) fail("format");
  }
  if (typeof value === "number") {
    if (value < (schema.minimum ?? -Infinity)) fail("minimum");
    if (value > (schema.maximum ?? Infinity)) fail("maximum");
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) fail("minItems");
    if (value.length > (schema.maxItems ?? Infinity)) fail("maxItems");
    if (schema.uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length) fail("uniqueItems");
    value.forEach((item, index) => found.push(...problems(schema.items ?? {}, item, `${place}/${index}`)));
  }
  if (typeOf(value) === "object") {
    const properties = schema.properties ?? {};
    const isReadOnly = (name) => properties[name]?.readOnly === true;
    if (Object.keys(value).length < (schema.minProperties ?? 0)) fail("minProperties");
    for (const name of schema.required ?? []) if (!Object.hasOwn(value, name) && !isReadOnly(name)) fail(`required: ${name}`);
    for (const [name, member] of Object.entries(value)) {
      if (isReadOnly(name)) continue;
      if (Object.hasOwn(properties, name)) found.push(...problems(properties[name], member, `${place}/${name}`));
      else if (schema.additionalProperties === false) fail(`additionalProperties: ${name}`);
    }
  }
  if (schema.oneOf) {
    const branches = schema.oneOf.map((branch) => problems(branch, value, place));
    if (branches.filter((branch) => branch.length === 0).length !== 1) {
      const mapped = schema.discriminator.mapping[value?.[schema.discriminator.propertyName]];
      found.push(...(mapped ? problems({ $ref: mapped }, value, place) : [{ place, message: "oneOf" }]));
    }
  }
  return found;
}

// Reads a text of a parameter or a form as its schema's type; a text that is of another type stays as it is.
export function fromText(schema, text) {
  const types = [resolved(schema).type].flat();
  if (types.includes("integer") && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number(text);
  if (types.includes("boolean") && /^(true|false)$/.test(text)) return text === "true";
  return text;
}
