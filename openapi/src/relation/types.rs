//! Sets of the types of JSON.

use serde_json::Value;

/// A set of types. Integers and other numbers are counted as two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(0b111_1111);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(2);
    pub(super) const INTEGER: Self = Self(4);
    pub(super) const FRACTION: Self = Self(8);
    pub(super) const NUMBER: Self = Self(12);
    pub(super) const STRING: Self = Self(16);
    pub(super) const ARRAY: Self = Self(32);
    pub(super) const OBJECT: Self = Self(64);

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Returns the types that the value of `type` names.
    pub(super) fn of_names(names: &Value) -> Self {
        let of_name = |name: &Value| match name.as_str() {
            Some("null") => Self::NULL,
            Some("boolean") => Self::BOOLEAN,
            Some("integer") => Self::INTEGER,
            Some("number") => Self::NUMBER,
            Some("string") => Self::STRING,
            Some("array") => Self::ARRAY,
            Some("object") => Self::OBJECT,
            _ => Self::NONE,
        };
        match names {
            Value::Array(names) => names.iter().map(of_name).fold(Self::NONE, Self::union),
            name => of_name(name),
        }
    }

    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) => {
                // A number without a fraction is an integer (JSON Schema Core section 4.2.3).
                if number.as_f64().is_some_and(|number| number.fract() != 0.0) {
                    Self::FRACTION
                } else {
                    Self::INTEGER
                }
            }
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// Returns the types that a keyword applies to; it accepts all values of other types.
    pub(super) fn of_keyword(keyword: &str) -> Self {
        match keyword {
            "minLength" | "maxLength" | "pattern" | "format" => Self::STRING,
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                Self::NUMBER
            }
            "minItems" | "maxItems" | "uniqueItems" | "items" | "prefixItems" | "contains"
            | "minContains" | "maxContains" | "unevaluatedItems" => Self::ARRAY,
            "minProperties"
            | "maxProperties"
            | "properties"
            | "required"
            | "additionalProperties"
            | "patternProperties"
            | "propertyNames"
            | "dependentRequired"
            | "dependentSchemas"
            | "unevaluatedProperties" => Self::OBJECT,
            _ => Self::ALL,
        }
    }
}
