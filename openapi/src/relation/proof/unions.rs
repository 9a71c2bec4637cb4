//! Alternatives and conditions.

use super::Proof;
use super::type_schemas::TYPES;
use crate::relation::conjunction::{Conjunction, Located, Part, is_among, open_unions};
use crate::relation::types::Types;

/// The most schemas that a conjunction is made of, by choosing alternatives.
const MOST_SCHEMAS: usize = 12;

/// How deep the required properties of two schemas are compared to see that they have no value in common.
const DEEPEST: usize = 3;

impl<'a> Proof<'a> {
    /// Returns whether the receiver accepts all values of each alternative of the sender, and of each type. An
    /// alternative that no value satisfies is compared as any other: it is a mistake, and nothing follows from it.
    pub(super) fn by_cases(
        &mut self,
        sender: &[Located<'a>],
        conjunction: &Conjunction<'a>,
        receiver: Located<'a>,
        level: usize,
    ) -> bool {
        if sender.len() >= MOST_SCHEMAS {
            return false;
        }
        let composes = ["oneOf", "anyOf"]
            .iter()
            .any(|keyword| receiver.schema.get(keyword).is_some());
        let by_type = || -> Vec<Located<'a>> {
            let mut all: Vec<Located<'a>> = TYPES.iter().map(Located::root).collect();
            let is_split = all.iter().any(|case| is_among(case, sender));
            let is_sent = |case: &Located<'_>| {
                let types = Types::of_names(&case.schema["type"]);
                !types.intersection(conjunction.types).is_empty()
            };
            all.retain(|case| composes && !is_split && is_sent(case));
            all
        };
        let open = open_unions(conjunction, sender).into_iter().next();
        let cases = open.unwrap_or_else(by_type);
        !cases.is_empty()
            && cases.into_iter().all(|case| {
                let chosen: Vec<Located<'a>> = sender.iter().copied().chain([case]).collect();
                self.includes(&chosen, receiver, level)
            })
    }

    /// Returns whether exactly one of the receiver's alternatives accepts each value of the sender.
    pub(super) fn is_in_one_of(
        &mut self,
        sender: &[Located<'a>],
        branches: Located<'a>,
        level: usize,
    ) -> bool {
        let list = branches.schema.as_array().into_iter().flatten();
        let list: Vec<Located<'a>> = list.map(|schema| Located { schema, ..branches }).collect();
        (0..list.len()).any(|index| {
            self.includes(sender, list[index], level)
                && (0..list.len())
                    .filter(|&other| other != index)
                    .all(|other| self.excludes(sender, list[other], level))
        })
    }

    /// Returns whether `schema` accepts no value of the sender: they contradict each other, or the sender's value is in
    /// another alternative of its `oneOf`.
    fn excludes(&mut self, sender: &[Located<'a>], schema: Located<'a>, level: usize) -> bool {
        if self.are_disjoint(sender, schema) {
            return true;
        }
        let conjunction = Conjunction::of(sender);
        let unions = conjunction
            .parts
            .iter()
            .map(|part| part.list("oneOf").collect::<Vec<_>>());
        let others: Vec<Located<'a>> = unions
            .filter(|branches| branches.iter().any(|branch| is_among(branch, sender)))
            .flat_map(|branches| {
                branches
                    .into_iter()
                    .filter(|branch| !is_among(branch, sender))
                    .collect::<Vec<_>>()
            })
            .collect();
        let both: Vec<Located<'a>> = sender.iter().copied().chain([schema]).collect();
        others.into_iter().any(|other| {
            self.includes(&[schema], other, level) || self.includes(&both, other, level)
        })
    }

    /// Returns whether no value of the sender is one of `schema`.
    pub(super) fn are_disjoint(&mut self, sender: &[Located<'a>], schema: Located<'a>) -> bool {
        let both: Vec<Located<'a>> = sender.iter().copied().chain([schema]).collect();
        let excludes = self.are_contradictory(&both, 0) && !self.are_contradictory(sender, 0);
        excludes || {
            let refused = Conjunction::of(sender);
            let mut refused = refused.parts.iter().filter_map(|part| part.get("not"));
            refused.any(|refused| refused.is_same_as(schema))
        }
    }

    /// Returns whether no value satisfies all of the schemas: by their types, their values, or those of a required
    /// property.
    fn are_contradictory(&mut self, schemas: &[Located<'a>], depth: usize) -> bool {
        let conjunction = Conjunction::of(schemas);
        if conjunction.is_refused || conjunction.is_contradictory {
            return true;
        }
        if !self.burn(1 + conjunction.parts.len()) || depth >= DEEPEST {
            return false;
        }
        if conjunction.types.is_within(Types::OBJECT) {
            for name in conjunction.required() {
                let property = self.all_of_name(&conjunction, name);
                if self.are_contradictory(&property, depth + 1) {
                    return true;
                }
            }
        }
        let open = open_unions(&conjunction, schemas).into_iter();
        open.into_iter().any(|branches| {
            branches.into_iter().all(|branch| {
                let chosen: Vec<Located<'a>> = schemas.iter().copied().chain([branch]).collect();
                self.are_contradictory(&chosen, depth + 2)
            })
        })
    }

    /// Returns whether the sender's values satisfy a condition of the receiver.
    pub(super) fn implies_conditional(
        &mut self,
        sender: &[Located<'a>],
        conjunction: &Conjunction<'a>,
        receiver: Located<'a>,
        level: usize,
    ) -> bool {
        let Some(part) = Part::of(receiver) else {
            return false;
        };
        let Some(condition) = part.get("if") else {
            return true;
        };
        let branches = ["then", "else"].map(|keyword| part.get(keyword));
        let mut wanted = branches.iter().flatten();
        if wanted.all(|branch| self.includes(sender, *branch, level)) {
            return true;
        }
        // The same condition with other branches.
        conjunction.parts.iter().any(|own| {
            let Some(same) = own.get("if") else {
                return false;
            };
            self.includes(&[same], condition, level)
                && self.includes(&[condition], same, level)
                && ["then", "else"]
                    .into_iter()
                    .zip(branches)
                    .all(|(keyword, wanted)| {
                        let chosen: Vec<Located<'a>> =
                            sender.iter().copied().chain(own.get(keyword)).collect();
                        wanted.is_none_or(|wanted| self.includes(&chosen, wanted, level))
                    })
        })
    }
}
