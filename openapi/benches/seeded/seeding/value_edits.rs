//! Edits of the values of a schema: enumerations, strings, numbers, arrays.

use serde_json::{Value, json};

use super::edits::{Edits, Leaf, NEW};

impl Edits<'_> {
    pub(super) fn values(&mut self) {
        let is_open = self.has("x-extensible-enum") || self.has("x-ms-enum");
        if let Some(Value::Array(values)) = self.schema.get("enum")
            && !is_open
        {
            if self.is_request() && values.len() > 1 {
                for (index, value) in self.names.of(values) {
                    let mut rest = values.clone();
                    rest.remove(index);
                    let schema = self.with(&[("enum", Some(Value::Array(rest)))]);
                    self.add(
                        "enum value removed",
                        value.to_string(),
                        schema,
                        Leaf::These(vec![value.clone()]),
                    );
                }
            } else if !self.is_request() {
                let new = match values.first() {
                    Some(Value::Number(_)) => json!(987_654),
                    Some(Value::Bool(value)) => json!(!value),
                    _ => json!("seeded_value"),
                };
                let mut more = values.clone();
                more.push(new.clone());
                let schema = self.with(&[("enum", Some(Value::Array(more)))]);
                self.add(
                    "enum value added",
                    new.to_string(),
                    schema,
                    Leaf::These(vec![new]),
                );
                let schema = self.with(&[("enum", None)]);
                self.add(
                    "enum removed",
                    "",
                    schema,
                    Leaf::These(vec![json!("seeded_value"), json!(987_654)]),
                );
            }
        } else if self.is_request()
            && self.kind() == Some("string")
            && !self.has("const")
            && !is_open
        {
            let schema = self.with(&[("enum", Some(json!(["seeded_value"])))]);
            self.add_for_any("enum added", "", schema);
        }
        if let Some(value) = self.schema.get("const").filter(|value| value.is_string()) {
            let detail = value.to_string();
            let schema = self.with(&[("const", Some(json!("seeded_value")))]);
            self.add_for_any("const changed", detail, schema);
        }
    }

    /// Adds the edits of a bound of a count or number: `tighter` and `looser` are the next values, `new` is what a
    /// schema without the bound gets. `leaf` makes the value at the bound that only one side accepts.
    fn bound(
        &mut self,
        keyword: &'static str,
        step: i64,
        new: Option<i64>,
        leaf: &dyn Fn(&Self, i64) -> Leaf,
    ) {
        let old = self.schema.get(keyword).and_then(Value::as_i64);
        let (kind, value, at) = match (self.is_request(), old, new) {
            (true, Some(old), _) => ("bound tightened", Some(old - step), old),
            (false, Some(old), _) => ("bound loosened", Some(old + step), old + step),
            (true, None, Some(new)) if !self.has(keyword) => ("bound added", Some(new), new + step),
            _ => return,
        };
        let leaf_of = leaf(self, at);
        let schema = self.with(&[(keyword, value.map(|value| json!(value)))]);
        self.add(kind, keyword, schema, leaf_of);
        if kind == "bound loosened" {
            let leaf = leaf(self, at);
            let schema = self.with(&[(keyword, None)]);
            self.add("bound removed", keyword, schema, leaf);
        }
    }

    pub(super) fn strings(&mut self) {
        if self.kind() != Some("string") || self.has("enum") || self.has("const") {
            return;
        }
        let of_length = |edits: &Self, length: i64| {
            let schema = edits.with(&[
                ("minLength", Some(json!(length.max(0)))),
                ("maxLength", Some(json!(length.max(0)))),
            ]);
            Leaf::Of(schema)
        };
        let is_free = !self.has("format") && !self.has("pattern");
        let longest = self
            .schema
            .get("maxLength")
            .and_then(Value::as_i64)
            .unwrap_or(i64::MAX);
        let shortest = self
            .schema
            .get("minLength")
            .and_then(Value::as_i64)
            .unwrap_or(0);
        self.bound(
            "maxLength",
            1,
            (is_free && shortest < 3).then_some(shortest.max(1)),
            &of_length,
        );
        self.bound(
            "minLength",
            -1,
            (is_free && longest > 3).then_some(3),
            &of_length,
        );
        match (self.is_request(), self.has("pattern")) {
            (true, true) => {
                let schema = self.with(&[("pattern", Some(json!("^seeded$")))]);
                self.add_for_any("pattern changed", "", schema);
            }
            (true, false) => {
                let schema = self.with(&[("pattern", Some(json!("^seeded")))]);
                self.add_for_any("pattern added", "", schema);
            }
            (false, true) => {
                let schema = self.with(&[("pattern", None)]);
                let mut values = vec![
                    json!("~"),
                    json!(""),
                    json!("seeded value ~ !"),
                    json!("a".repeat(40)),
                ];
                values.extend(openapi::sample::candidates(
                    &json!({"type": "string", "minLength": self.schema.get("minLength")}),
                ));
                self.add("pattern removed", "", schema, Leaf::These(values));
            }
            (false, false) => {}
        }
        if !self.is_request() && self.has("format") {
            let schema = self.with(&[("format", None)]);
            self.add(
                "format removed",
                "",
                schema,
                Leaf::These(vec![json!("seeded value"), json!("~~~")]),
            );
        }
    }

    pub(super) fn numbers(&mut self) {
        if !matches!(self.kind(), Some("integer" | "number")) || self.has("enum") {
            return;
        }
        let number = |_: &Self, value: i64| Leaf::These(vec![json!(value)]);
        let is_free = !["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
            .iter()
            .any(|bound| self.has(bound));
        self.bound("maximum", 1, is_free.then_some(7), &number);
        self.bound("minimum", -1, is_free.then_some(7), &number);
        if !self.is_3_0 {
            for (keyword, step) in [("exclusiveMaximum", 1), ("exclusiveMinimum", -1)] {
                self.bound(keyword, step, None, &move |_, value| {
                    Leaf::These(vec![json!(value - step)])
                });
            }
        }
        let multiples = || Leaf::These([1, 3, 5, 7, 11, 101].map(Value::from).to_vec());
        match (self.is_request(), self.has("multipleOf")) {
            (true, false) => {
                let schema = self.with(&[("multipleOf", Some(json!(1_000_003)))]);
                self.add("multiple added", "", schema, multiples());
            }
            (false, true) => {
                let schema = self.with(&[("multipleOf", None)]);
                self.add("multiple removed", "", schema, multiples());
            }
            _ => {}
        }
    }

    pub(super) fn arrays(&mut self) {
        if self.kind() != Some("array") {
            return;
        }
        let items = |_: &Self, count: i64| Leaf::Items(usize::try_from(count).unwrap_or(0));
        let least = self
            .schema
            .get("minItems")
            .and_then(Value::as_i64)
            .unwrap_or(0);
        self.bound("maxItems", 1, Some(least.max(1)), &items);
        self.bound("minItems", -1, (!self.has("maxItems")).then_some(1), &items);
        match (
            self.is_request(),
            self.schema.get("uniqueItems") == Some(&Value::Bool(true)),
        ) {
            (true, false) => {
                let schema = self.with(&[("uniqueItems", Some(json!(true)))]);
                self.add("unique items added", "", schema, Leaf::Items(2));
            }
            (false, true) => {
                let schema = self.with(&[("uniqueItems", None)]);
                self.add("unique items removed", "", schema, Leaf::Items(2));
            }
            _ => {}
        }
        if !self.is_request() && self.schema.get("items").is_some_and(Value::is_object) {
            let schema = self.with(&[("items", Some(json!({})))]);
            let leaf = Leaf::These(
                vec![json!([[[]]]), json!({NEW: 1}), json!(true)]
                    .into_iter()
                    .map(|item| json!([item]))
                    .collect(),
            );
            self.add("schema of items emptied", "", schema, leaf);
        }
    }
}
